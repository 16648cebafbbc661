import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres, forgetRows } from '@vigie/postgres';
import type { Attempt, KeptAnswer, KeyState } from '../../domain/keyed-request.ts';
import { DatabaseError } from '../../ports/alert-store.ts';
import type { IdempotencyKeys } from '../../ports/idempotency-keys.ts';

/** A statement neither takes a key nor sees it only if others take, release or forget it in that very moment. */
const MAX_TRIES = 5;
/** Of one statement, which has to end within its timeout; a body has up to 1 MiB. */
const FORGOTTEN_AT_ONCE = 500;

/** The table `idempotency_keys`, by Postgres' clock: gateways need no common one. */
export class PostgresIdempotencyKeys implements IdempotencyKeys {
  readonly #orm: MikroORM;
  readonly #windowMs: number;

  /** @param windowMs how long a key and its answer are kept */
  constructor(orm: MikroORM, windowMs: number) {
    this.#orm = orm;
    this.#windowMs = windowMs;
  }

  begin(attempt: Attempt, fingerprint: Uint8Array, leaseMs: number): Promise<KeyState> {
    const { caller, key, leaseId } = attempt;
    const print = Buffer.from(fingerprint);
    // A key never expires while its request is under way.
    const taken = [caller, key, print, leaseId, leaseMs, Math.max(this.#windowMs, leaseMs)];
    return this.#run(async em => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const [row]: KeyRow[] = await em.execute(BEGIN, [...taken, print, caller, key]);
        if (row !== undefined) return toState(row);
      }
      throw new DatabaseError('STORE_BUSY', 'An idempotency key changes all the time');
    });
  }

  finish(attempt: Attempt, { status, headers, body }: KeptAnswer): Promise<void> {
    const bytes = body === undefined ? null : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.#run(async em => {
      await em.execute(FINISH, [status, JSON.stringify(headers), bytes, this.#windowMs, ...idOf(attempt)], 'run');
    });
  }

  release(attempt: Attempt): Promise<void> {
    return this.#run(async em => void (await em.execute(RELEASE, idOf(attempt), 'run')));
  }

  forgetExpired(signal: AbortSignal): Promise<void> {
    return forgetRows(this.#orm, { statement: FORGET, atOnce: FORGOTTEN_AT_ONCE }, signal);
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

interface KeyRow {
  readonly begun: boolean;
  readonly same: boolean | null;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: Buffer | null;
}

/**
 * Takes the key, or tells who has it. The row of another attempt is seen as it was when the statement began, so none is
 * seen if that was not there yet, or was free.
 */
const BEGIN = `with begun as (
  insert into idempotency_keys as k (caller, key, fingerprint, lease_id, leased_until, expires_at)
  values (?, ?, ?, ?, now() + ? * interval '1 millisecond', now() + ? * interval '1 millisecond')
  on conflict (caller, key) do update
    set fingerprint = excluded.fingerprint, lease_id = excluded.lease_id, leased_until = excluded.leased_until,
      expires_at = excluded.expires_at, status = null, headers = null, body = null
    where k.expires_at <= now() or (k.status is null and k.fingerprint = excluded.fingerprint
      and (k.leased_until <= now() or k.lease_id = excluded.lease_id))
  returning true
)
select true as begun, null::boolean as same, null::integer as status, null::jsonb as headers, null::bytea as body
from begun
union all
select false, fingerprint = ?, status, headers, body from idempotency_keys
where caller = ? and key = ? and expires_at > now() and not exists (select from begun)`;

const ITS_OWN = 'caller = ? and key = ? and lease_id = ? and status is null';
const FINISH = `update idempotency_keys
  set status = ?, headers = ?::jsonb, body = ?, expires_at = now() + ? * interval '1 millisecond' where ${ITS_OWN}`;
/** Free at once, also for a statement that began before this one. */
const RELEASE = `update idempotency_keys set expires_at = '-infinity' where ${ITS_OWN}`;
const FORGET = 'select forget_idempotency_keys(?) as forgotten';

function idOf({ caller, key, leaseId }: Attempt): string[] {
  return [caller, key, leaseId];
}

function toState({ begun, same, status, headers, body }: KeyRow): KeyState {
  if (begun) return { kind: 'BEGUN' };
  if (same !== true) return { kind: 'OTHER_REQUEST' };
  if (status === null) return { kind: 'IN_PROGRESS' };
  return { kind: 'ANSWERED', answer: { status, headers: headers ?? {}, body: body ?? undefined } };
}

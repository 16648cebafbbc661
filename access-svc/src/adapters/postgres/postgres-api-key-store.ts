import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { apiKeyIdentity, type ReadApiKey } from '@vigie/access';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { askPostgres, inTransaction } from '@vigie/postgres';
import type { ApiKey, NewApiKey } from '../../domain/api-key.ts';
import type { ListPosition } from '../../domain/list-position.ts';
import type { AdminKeyState, ApiKeyStore, FoundIdentity } from '../../ports/api-key-store.ts';
import { ApiKeyRow, toApiKey } from './api-key-row.ts';

/** The table `access.api_keys`, by Postgres' clock. */
export class PostgresApiKeyStore implements ApiKeyStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  add({ id, name, scopes, stores, sha256, expiresAt, createdBy }: NewApiKey): Promise<ApiKey | undefined> {
    const expires = expiresAt?.toISOString() ?? null;
    return this.#readOne(ADD, [id, name, scopes, stores, sha256, createdBy, expires, expires]);
  }

  get(id: string): Promise<ApiKey | undefined> {
    return this.#readOne(GET, [id]);
  }

  list(limit: number, after?: ListPosition): Promise<readonly ApiKey[]> {
    if (after === undefined) return this.#read(listStatement('true'), [limit]);
    return this.#read(listStatement('(created_at, id) < (?, ?)'), [after.time.toISOString(), after.id, limit]);
  }

  rotate({ id, sha256 }: ReadApiKey, keepPreviousMs: number): Promise<ApiKey | undefined> {
    return this.#readOne(ROTATE, [sha256, keepPreviousMs, keepPreviousMs, keepPreviousMs, id]);
  }

  revoke(id: string): Promise<ApiKey | undefined> {
    return this.#readOne(REVOKE, [id]);
  }

  identify({ id, sha256 }: ReadApiKey): Promise<FoundIdentity | undefined> {
    return this.#run(async em => {
      const [row]: IdentityRow[] = await em.execute(IDENTIFY, [sha256, id, sha256, sha256]);
      return row && toFoundIdentity(id, row);
    });
  }

  noteUse(id: string): Promise<void> {
    return this.#run(async em => void (await em.execute(NOTE_USE, [id], 'run')));
  }

  keepAdmin({ id, sha256 }: ReadApiKey, name: string): Promise<AdminKeyState> {
    const keep = async (em: EntityManager) => {
      await em.execute(LOCK_OUT_WRITERS);
      const [row]: { state: AdminKeyState }[] = await em.execute(KEEP_ADMIN, [id, name, sha256]);
      return (row as { state: AdminKeyState }).state;
    };
    return askPostgres(() => inTransaction(this.#orm, keep));
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly ApiKey[]> {
    return this.#run(async em => {
      const rows: object[] = await em.execute(statement, [...params]);
      return rows.map(row => toApiKey(em.map(ApiKeyRow, row)));
    });
  }

  async #readOne(statement: string, params: readonly unknown[]): Promise<ApiKey | undefined> {
    return (await this.#read(statement, params))[0];
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

const COLUMNS = `id, name, scopes, stores, created_at, expires_at, revoked_at, last_used_at, rotated_at,
  case when previous_until > now() and revoked_at is null then previous_until end as previous_until`;

const UNEXPIRED = '(expires_at is null or expires_at > now())';
const IN_USE = `revoked_at is null and ${UNEXPIRED}`;

const ADD = `insert into access.api_keys (id, name, scopes, stores, sha256, created_by, created_at, expires_at)
select ?, ?, array[?]::text[], array[?]::text[], ?::bytea, ?, now(), ?::timestamptz
where coalesce(?::timestamptz > now(), true)
returning ${COLUMNS}`;

const GET = `select ${COLUMNS} from access.api_keys where id = ?`;

function listStatement(place: string): string {
  return `select ${COLUMNS} from access.api_keys where ${place} order by created_at desc, id desc limit ?`;
}

/** The key before is taken no longer than the key itself. */
const ROTATE = `update access.api_keys
set sha256 = ?, rotated_at = now(),
  previous_sha256 = case when ? > 0 then sha256 end,
  previous_until = case when ? > 0 then least(now() + ? * interval '1 millisecond', expires_at) end
where id = ? and ${IN_USE}
returning ${COLUMNS}`;

const REVOKE = `update access.api_keys set revoked_at = coalesce(revoked_at, now()) where id = ? returning ${COLUMNS}`;

const WITHIN_A_MINUTE = `last_used_at > now() - interval '1 minute'`;

const IDENTIFY = `select scopes, stores, coalesce(${WITHIN_A_MINUTE}, false) as noted,
  extract(epoch from case when sha256 = ? then expires_at else previous_until end)::float8 * 1000 as expires_at_ms
from access.api_keys
where id = ? and ${IN_USE} and (sha256 = ? or (previous_sha256 = ? and previous_until > now()))`;

const NOTE_USE = `update access.api_keys set last_used_at = now()
where id = ? and not coalesce(${WITHIN_A_MINUTE}, false)`;

/** Of two replicas that keep one key, the slower would meet its hash, where `on conflict (id)` doesn't help. */
const LOCK_OUT_WRITERS = 'lock table access.api_keys in share row exclusive mode';

/** A hash that changes is a rotation, which keeps nothing of what was before. */
const KEEP_ADMIN = `insert into access.api_keys as k (id, name, scopes, stores, sha256, created_by, created_at)
values (?, ?, '{admin}', '{}', ?, 'ADMIN_KEY', now())
on conflict (id) do update
set name = excluded.name, scopes = excluded.scopes, stores = excluded.stores, sha256 = excluded.sha256,
  rotated_at = case when k.sha256 = excluded.sha256 then k.rotated_at else now() end,
  previous_sha256 = case when k.sha256 = excluded.sha256 then k.previous_sha256 end,
  previous_until = case when k.sha256 = excluded.sha256 then k.previous_until end
returning case when revoked_at is not null then 'REVOKED' when not ${UNEXPIRED} then 'EXPIRED' else 'USABLE' end
  as state`;

interface IdentityRow {
  readonly scopes: readonly string[];
  readonly stores: readonly string[];
  readonly noted: boolean;
  /** Null for one that never expires. */
  readonly expires_at_ms: number | null;
}

function toFoundIdentity(id: string, { scopes, stores, noted, expires_at_ms }: IdentityRow): FoundIdentity {
  return {
    identity: apiKeyIdentity(id, { tenant: DEFAULT_TENANT, scopes, stores, expiresAtMs: expires_at_ms ?? undefined }),
    isUseNoted: noted,
  };
}

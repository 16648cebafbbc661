import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres, inTransaction } from '@vigie/postgres';
import type { KeptSigningKey, SigningKey, SigningKeyStore } from '../../ports/signing-key-store.ts';

/** "vigsk" in ASCII: one replica adds a key at a time. */
const ADD_LOCK = 0x76_69_67_73_6b;

/** The table `access.signing_keys`, by Postgres' clock. */
export class PostgresSigningKeyStore implements SigningKeyStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  list(keepMs: number): Promise<readonly KeptSigningKey[]> {
    return askPostgres(async () => {
      const rows: SigningKeyRow[] = await this.#orm.em.fork().execute(LIST, [keepMs]);
      return rows.map(({ kid, public_key, private_key, age_ms, may_sign }) => ({
        ...{ kid, publicKey: public_key, privateKey: private_key ?? undefined },
        ...{ ageMs: age_ms, maySign: may_sign },
      }));
    });
  }

  add({ kid, publicKey, privateKey }: SigningKey, latest: string | undefined, delayMs: number): Promise<void> {
    const add = async (em: EntityManager) => {
      await em.execute('select pg_advisory_xact_lock(?)', [ADD_LOCK]);
      const added: object[] = await em.execute(ADD, [kid, publicKey, privateKey, delayMs, latest ?? null]);
      if (added.length > 0) await em.execute(FORGET_PRIVATE, [kid, latest ?? null], 'run');
    };
    return askPostgres(() => inTransaction(this.#orm, add));
  }
}

interface SigningKeyRow {
  readonly kid: string;
  readonly public_key: Buffer;
  readonly private_key: Buffer | null;
  readonly age_ms: number;
  readonly may_sign: boolean;
}

const LIST = `select kid, public_key, private_key, signs_from <= now() as may_sign,
  extract(epoch from now() - created_at)::float8 * 1000 as age_ms
from (select *, lead(signs_from) over (order by created_at, kid) as followed_at from access.signing_keys) as k
where coalesce(followed_at > now() - ? * interval '1 millisecond', true)
order by created_at desc, kid desc`;

const ADD = `insert into access.signing_keys (kid, public_key, private_key, created_at, signs_from)
select ?, ?::bytea, ?::bytea, now(), now() + ? * interval '1 millisecond'
where (select kid from access.signing_keys order by created_at desc, kid desc limit 1) is not distinct from ?
returning kid`;

const FORGET_PRIVATE = `update access.signing_keys set private_key = null
where kid <> ? and kid is distinct from ? and private_key is not null`;

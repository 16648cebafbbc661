import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { apiKeyIdentity, type ReadApiKey } from '@vigie/access';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { askPostgres, inTransaction } from '@vigie/postgres';
import type { AdminKeyState, ApiKeyStore, FoundIdentity, TenantApiKeys } from '../../ports/api-key-store.ts';
import { IN_USE, UNEXPIRED } from './api-key-row.ts';
import { PostgresTenantApiKeys } from './postgres-tenant-api-keys.ts';
import { isOfEnabledTenant } from './tenant-row.ts';

/** The table `access.api_keys`, by Postgres' clock. */
export class PostgresApiKeyStore implements ApiKeyStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  of(tenant: string): TenantApiKeys {
    return new PostgresTenantApiKeys(this.#orm, tenant);
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
      const [row]: { state: AdminKeyState }[] = await em.execute(KEEP_ADMIN, [id, DEFAULT_TENANT, name, sha256]);
      return (row as { state: AdminKeyState }).state;
    };
    return askPostgres(() => inTransaction(this.#orm, keep));
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

const WITHIN_A_MINUTE = `last_used_at > now() - interval '1 minute'`;

const IDENTIFY = `select tenant, scopes, stores, coalesce(${WITHIN_A_MINUTE}, false) as noted,
  extract(epoch from case when sha256 = ? then expires_at else previous_until end)::float8 * 1000 as expires_at_ms
from access.api_keys as k
where id = ? and ${IN_USE} and (sha256 = ? or (previous_sha256 = ? and previous_until > now()))
  and ${isOfEnabledTenant('k')}`;

const NOTE_USE = `update access.api_keys set last_used_at = now()
where id = ? and not coalesce(${WITHIN_A_MINUTE}, false)`;

/** Of two replicas that keep one key, the slower would meet its hash, where `on conflict (id)` doesn't help. */
const LOCK_OUT_WRITERS = 'lock table access.api_keys in share row exclusive mode';

/** A hash that changes is a rotation, which keeps nothing of what was before. */
const KEEP_ADMIN = `insert into access.api_keys as k (id, tenant, name, scopes, stores, sha256, created_by, created_at)
values (?, ?, ?, '{admin}', '{}', ?, 'ADMIN_KEY', now())
on conflict (id) do update
set tenant = excluded.tenant, name = excluded.name, scopes = excluded.scopes, stores = excluded.stores,
  sha256 = excluded.sha256,
  rotated_at = case when k.sha256 = excluded.sha256 then k.rotated_at else now() end,
  previous_sha256 = case when k.sha256 = excluded.sha256 then k.previous_sha256 end,
  previous_until = case when k.sha256 = excluded.sha256 then k.previous_until end
returning case when revoked_at is not null then 'REVOKED' when not ${UNEXPIRED} then 'EXPIRED' else 'USABLE' end
  as state`;

interface IdentityRow {
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly stores: readonly string[];
  readonly noted: boolean;
  /** Null for one that never expires. */
  readonly expires_at_ms: number | null;
}

function toFoundIdentity(id: string, { tenant, scopes, stores, noted, expires_at_ms }: IdentityRow): FoundIdentity {
  return {
    identity: apiKeyIdentity(id, { tenant, scopes, stores, expiresAtMs: expires_at_ms ?? undefined }),
    isUseNoted: noted,
  };
}

import type { MikroORM } from '@mikro-orm/postgresql';
import type { ReadApiKey } from '@vigie/access';
import type { ApiKey, NewApiKey } from '../../domain/api-key.ts';
import type { ListPosition } from '../../domain/list-position.ts';
import type { TenantApiKeys } from '../../ports/api-key-store.ts';
import { ApiKeyRow, IN_USE, toApiKey } from './api-key-row.ts';
import { forTenant } from './for-tenant.ts';

/** The rows of one tenant in the table `access.api_keys`. */
export class PostgresTenantApiKeys implements TenantApiKeys {
  readonly #orm: MikroORM;
  readonly #tenant: string;

  constructor(orm: MikroORM, tenant: string) {
    this.#orm = orm;
    this.#tenant = tenant;
  }

  add({ id, name, scopes, stores, sha256, expiresAt, createdBy }: NewApiKey): Promise<ApiKey | undefined> {
    const expires = expiresAt?.toISOString() ?? null;
    return this.#readOne(ADD, [id, this.#tenant, name, scopes, stores, sha256, createdBy, expires, expires]);
  }

  get(id: string): Promise<ApiKey | undefined> {
    return this.#readOne(GET, [this.#tenant, id]);
  }

  list(limit: number, after?: ListPosition): Promise<readonly ApiKey[]> {
    if (after === undefined) return this.#read(listStatement('true'), [this.#tenant, limit]);
    const place = [after.time.toISOString(), after.id];
    return this.#read(listStatement('(created_at, id) < (?, ?)'), [this.#tenant, ...place, limit]);
  }

  rotate({ id, sha256 }: ReadApiKey, keepPreviousMs: number): Promise<ApiKey | undefined> {
    return this.#readOne(ROTATE, [sha256, keepPreviousMs, keepPreviousMs, keepPreviousMs, this.#tenant, id]);
  }

  revoke(id: string): Promise<ApiKey | undefined> {
    return this.#readOne(REVOKE, [this.#tenant, id]);
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly ApiKey[]> {
    return forTenant(this.#orm, this.#tenant, async em => {
      const rows: object[] = await em.execute(statement, [...params]);
      return rows.map(row => toApiKey(em.map(ApiKeyRow, row)));
    });
  }

  async #readOne(statement: string, params: readonly unknown[]): Promise<ApiKey | undefined> {
    return (await this.#read(statement, params))[0];
  }
}

const COLUMNS = `id, tenant, name, scopes, stores, created_at, expires_at, revoked_at, last_used_at, rotated_at,
  case when previous_until > now() and revoked_at is null then previous_until end as previous_until`;

const ADD = `insert into access.api_keys (id, tenant, name, scopes, stores, sha256, created_by, created_at, expires_at)
select ?, ?, ?, array[?]::text[], array[?]::text[], ?::bytea, ?, now(), ?::timestamptz
where coalesce(?::timestamptz > now(), true)
returning ${COLUMNS}`;

const GET = `select ${COLUMNS} from access.api_keys where tenant = ? and id = ?`;

function listStatement(place: string): string {
  return `select ${COLUMNS} from access.api_keys where tenant = ? and ${place}
order by created_at desc, id desc limit ?`;
}

/** The key before is taken no longer than the key itself. */
const ROTATE = `update access.api_keys
set sha256 = ?, rotated_at = now(),
  previous_sha256 = case when ? > 0 then sha256 end,
  previous_until = case when ? > 0 then least(now() + ? * interval '1 millisecond', expires_at) end
where tenant = ? and id = ? and ${IN_USE}
returning ${COLUMNS}`;

const REVOKE = `update access.api_keys set revoked_at = coalesce(revoked_at, now()) where tenant = ? and id = ?
returning ${COLUMNS}`;

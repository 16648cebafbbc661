import type { MikroORM } from '@mikro-orm/postgresql';
import { askPostgres } from '@vigie/postgres';
import type { ListPosition } from '../../domain/list-position.ts';
import type { NewTenant, Tenant } from '../../domain/tenant.ts';
import type { TenantStore } from '../../ports/tenant-store.ts';
import { TenantRow, toTenant } from './tenant-row.ts';

/** The table `access.tenants`, by Postgres' clock. It is about all tenants, so as the service's own role. */
export class PostgresTenantStore implements TenantStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  add({ id, displayName, createdBy }: NewTenant): Promise<Tenant | undefined> {
    return this.#readOne(ADD, [id, displayName, createdBy]);
  }

  get(id: string): Promise<Tenant | undefined> {
    return this.#readOne(GET, [id]);
  }

  list(limit: number, after?: ListPosition): Promise<readonly Tenant[]> {
    if (after === undefined) return this.#read(listStatement('true'), [limit]);
    return this.#read(listStatement('(created_at, id) < (?, ?)'), [after.time.toISOString(), after.id, limit]);
  }

  disable(id: string): Promise<Tenant | undefined> {
    return this.#readOne(DISABLE, [id]);
  }

  enable(id: string): Promise<Tenant | undefined> {
    return this.#readOne(ENABLE, [id]);
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly Tenant[]> {
    return askPostgres(async () => {
      const em = this.#orm.em.fork();
      const rows: object[] = await em.execute(statement, [...params]);
      return rows.map(row => toTenant(em.map(TenantRow, row)));
    });
  }

  async #readOne(statement: string, params: readonly unknown[]): Promise<Tenant | undefined> {
    return (await this.#read(statement, params))[0];
  }
}

const COLUMNS = 'id, display_name, created_at, disabled_at';

const ADD = `insert into access.tenants (id, display_name, created_by, created_at) values (?, ?, ?, now())
on conflict (id) do nothing returning ${COLUMNS}`;

const GET = `select ${COLUMNS} from access.tenants where id = ?`;

function listStatement(place: string): string {
  return `select ${COLUMNS} from access.tenants where ${place} order by created_at desc, id desc limit ?`;
}

const DISABLE = `update access.tenants set disabled_at = coalesce(disabled_at, now()) where id = ? returning ${COLUMNS}`;

const ENABLE = `update access.tenants set disabled_at = null where id = ? returning ${COLUMNS}`;

import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres, asTenant } from '@vigie/postgres';

/** As which is done what an admin does about its own tenant; `docker/postgres/roles.sql` makes it. */
export const TENANT_ROLE = 'vigie_access_tenant';

/** Does `work` where only rows of one tenant are seen. @throws DatabaseError */
export function forTenant<T>(orm: MikroORM, tenant: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return askPostgres(() => asTenant(orm, { role: TENANT_ROLE, tenant }, work));
}

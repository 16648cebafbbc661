import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres, asTenant, readAsTenant } from '@vigie/postgres';

const ROLE = 'vigie_store_tenant';

/**
 * Does `work` in a transaction that sees what one tenant has, again where it lost to another one.
 *
 * @throws DatabaseError, UnstorableError
 */
export function askForTenant<T>(orm: MikroORM, tenant: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return askPostgres(() => asTenant(orm, { role: ROLE, tenant }, work));
}

/** The same for work that writes nothing, in less time. */
export function readForTenant<T>(orm: MikroORM, tenant: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return askPostgres(() => readAsTenant(orm, { role: ROLE, tenant }, work));
}

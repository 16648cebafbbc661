import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { isTenantId } from '@vigie/access/tenants';
import { CompiledQuery } from 'kysely';

export interface TenantRole {
  /** The role that sees the rows of one tenant, `vigie.tenant` in its policies; the service's own role is a member. */
  readonly role: string;
  readonly tenant: string;
}

type Work<T> = (em: EntityManager) => Promise<T>;

/** Runs `work` in a transaction that sees what one tenant has, whatever its statements say. */
export function asTenant<T>(orm: MikroORM, tenantRole: TenantRole, work: Work<T>): Promise<T> {
  return inTenantTransaction(orm, 'begin', tenantRole, work);
}

/** The same for work that writes nothing: whoever asks needn't wait until the transaction has ended. */
export function readAsTenant<T>(orm: MikroORM, tenantRole: TenantRole, work: Work<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  inTenantTransaction(orm, 'begin read only', tenantRole, async em => resolve(await work(em))).catch(reject);
  return promise;
}

/**
 * Not by MikroORM's own `transactional`, for the reason that `inTransaction` has. Beginning and narrowing are one round
 * trip.
 */
function inTenantTransaction<T>(orm: MikroORM, begin: string, { role, tenant }: TenantRole, work: Work<T>): Promise<T> {
  if (!isTenantId(tenant)) throw new Error(`${JSON.stringify(tenant)} is no tenant.`);
  const narrow = CompiledQuery.raw(`${begin}; set local role ${role}; set local vigie.tenant = '${tenant}'`);
  return orm.em
    .getConnection()
    .getClient()
    .connection()
    .execute(async connection => {
      const em = orm.em.fork();
      em.setTransactionContext(connection);
      try {
        await connection.executeQuery(narrow);
        const result = await work(em);
        await connection.executeQuery(COMMIT);
        return result;
      } catch (error) {
        // Where the connection is lost, the transaction is too.
        await connection.executeQuery(ROLLBACK).catch(() => undefined);
        throw error;
      }
    });
}

const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

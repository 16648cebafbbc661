import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { isTenantId } from '@vigie/access/tenants';
import { CompiledQuery } from 'kysely';

export interface TenantRole {
  /** The role that sees the rows of one tenant, `vigie.tenant` in its policies; the service's own role is a member. */
  readonly role: string;
  readonly tenant: string;
}

/**
 * Runs `work` in a transaction that sees what one tenant has, whatever its statements say. Not by MikroORM's own
 * `transactional`, for the reason that `inTransaction` has. Beginning and narrowing are one round trip.
 */
export function asTenant<T>(
  orm: MikroORM,
  { role, tenant }: TenantRole,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  if (!isTenantId(tenant)) throw new Error(`${JSON.stringify(tenant)} is no tenant.`);
  const begin = CompiledQuery.raw(`begin; set local role ${role}; set local vigie.tenant = '${tenant}'`);
  return orm.em
    .getConnection()
    .getClient()
    .connection()
    .execute(async connection => {
      const em = orm.em.fork();
      em.setTransactionContext(connection);
      try {
        await connection.executeQuery(begin);
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

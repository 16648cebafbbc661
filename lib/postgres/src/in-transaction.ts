import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

/**
 * Runs `work` in a transaction. MikroORM's own `transactional` never gives back a connection that is lost meanwhile
 * (7.2.1: the rollback fails, and only a rollback that succeeds releases), so a few restarts of Postgres would use the
 * pool up; Kysely's, underneath, releases in any case.
 */
export function inTransaction<T>(orm: MikroORM, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return orm.em
    .getConnection()
    .getClient()
    .transaction()
    .execute(transaction => {
      const em = orm.em.fork();
      em.setTransactionContext(transaction);
      return work(em);
    });
}

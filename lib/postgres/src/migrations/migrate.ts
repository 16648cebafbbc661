import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vigie/service-kit/telemetry';
import { ormOptions } from '../orm-options.ts';
import type { ServiceSchema } from '../service-schema.ts';

/**
 * Brings the schema up to date. Several processes may do it at once: one migrates, on one connection and in one
 * transaction that also holds the lock, so that nothing is left half done or locked when it dies; the others wait and
 * find it done.
 *
 * @param url as the role that owns the schema
 * @param through the last migration to run; all of them if absent
 */
export async function migrate(schema: ServiceSchema, url: string, logger: Logger, through?: string): Promise<void> {
  await withMigrator(schema, url, logger, async (migrator, transaction) => {
    const done = await migrator.up({ transaction, ...(through !== undefined && { to: through }) });
    for (const { name } of done) logger.info({ migration: name }, 'schema migrated');
  });
}

/** Removes whatever its migrations have made, with all that it holds, and nothing else. */
export async function removeSchema(schema: ServiceSchema, url: string, logger: Logger): Promise<void> {
  await withMigrator(schema, url, logger, async (migrator, transaction) => {
    await migrator.down({ transaction, to: 0 });
  });
}

type Transaction = ReturnType<MikroORM['em']['getTransactionContext']>;

async function withMigrator(
  schema: ServiceSchema,
  url: string,
  logger: Logger,
  work: (migrator: MikroORM['migrator'], transaction: Transaction) => Promise<void>,
): Promise<void> {
  // No timeouts: waiting for the lock, or for a long migration, is no error.
  const orm = new MikroORM({
    ...ormOptions(schema, { url, poolSize: 2, logger }),
    extensions: [Migrator],
    migrations: {
      migrationsList: [...schema.migrations],
      tableName: schema.migrationsTable,
      ...(schema.schemaName !== undefined && { schema: schema.schemaName }),
      snapshot: false,
      silent: true,
    },
  });
  try {
    await orm.em.fork().transactional(async em => {
      await em.execute('select pg_advisory_xact_lock(?)', [schema.migrationLock]);
      requireUtf8(await em.execute('show server_encoding'));
      await work(orm.migrator, em.getTransactionContext());
    });
  } finally {
    // Not awaited: a connection lost in MikroORM's own transaction is never given back, which close waits for.
    void orm.close(true);
  }
}

function requireUtf8([row]: { server_encoding: string }[]): void {
  if (row?.server_encoding === 'UTF8') return;
  throw new Error(
    `The database's encoding is ${row?.server_encoding}, which can't hold every name. Create it with ENCODING 'UTF8'.`,
  );
}

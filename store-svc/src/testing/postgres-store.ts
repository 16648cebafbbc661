import type { MikroORM } from '@mikro-orm/postgresql';
import type { EmbeddedPostgres } from '@vigie/dev-env/servers';
import { createLogger, Health } from '@vigie/service-kit/telemetry';
import { type DatabaseOptions, openDatabase } from '../adapters/postgres/open-database.ts';
import type { SessionTimeouts } from '../adapters/postgres/orm-options.ts';
import { PostgresAlertStore } from '../adapters/postgres/postgres-alert-store.ts';

export const POOL_SIZE = 5;

/** None that a test could meet on a slow machine. */
export const LONG_TIMEOUTS: SessionTimeouts = {
  statementTimeoutMs: 60_000,
  lockTimeoutMs: 60_000,
  idleTransactionTimeoutMs: 60_000,
};

export interface PostgresStore {
  readonly store: PostgresAlertStore;
  readonly orm: MikroORM;
  readonly health: Health;
}

/** The adapter on a running Postgres, as the role of the service; the schema is the owner's. */
export async function openPostgresStore(
  teardown: AsyncDisposableStack,
  postgres: EmbeddedPostgres,
  options: Partial<DatabaseOptions> = {},
): Promise<PostgresStore> {
  const health = new Health();
  const orm = await openDatabase({
    url: postgres.storeUrl,
    migrationUrl: postgres.url,
    poolSize: POOL_SIZE,
    timeouts: LONG_TIMEOUTS,
    logger: createLogger('store-svc', 'silent'),
    health,
    signal: AbortSignal.timeout(30_000),
    ...options,
  });
  teardown.defer(() => orm.close(true));
  health.enter('running');
  return { store: new PostgresAlertStore(orm), orm, health };
}

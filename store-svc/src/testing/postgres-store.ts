import type { MikroORM } from '@mikro-orm/postgresql';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { type DatabaseConfig, openDatabase } from '@vigie/postgres';
import { LONG_TIMEOUTS } from '@vigie/postgres/testing';
import { createLogger, Health } from '@vigie/service-kit/telemetry';
import type { PostgresAlertStore } from '../adapters/postgres/postgres-alert-store.ts';
import { PostgresAlertStores } from '../adapters/postgres/postgres-alert-stores.ts';
import { STORE_SCHEMA } from '../adapters/postgres/schema.ts';

export const POOL_SIZE = 5;

export interface PostgresStore {
  readonly stores: PostgresAlertStores;
  /** Of the default tenant. */
  readonly store: PostgresAlertStore;
  readonly orm: MikroORM;
  readonly health: Health;
}

/** The adapter on a running Postgres, as the role of the service; the schema is the owner's. */
export async function openPostgresStore(
  teardown: AsyncDisposableStack,
  postgres: EmbeddedPostgres,
  options: Partial<DatabaseConfig> = {},
): Promise<PostgresStore> {
  const health = new Health();
  const config = {
    url: postgres.urlOf('store-svc'),
    migrationUrl: postgres.url,
    poolSize: POOL_SIZE,
    timeouts: LONG_TIMEOUTS,
  };
  const logger = createLogger('store-svc', 'silent');
  const orm = await openDatabase(STORE_SCHEMA, { ...config, ...options }, { logger, health, teardown });
  health.enter('running');
  const stores = new PostgresAlertStores(orm);
  return { stores, store: stores.of(DEFAULT_TENANT), orm, health };
}

/** As it was before the first alert. */
export async function emptyPostgresStore(postgres: EmbeddedPostgres): Promise<void> {
  await queryPostgres(postgres.url, 'truncate alerts, retired_alerts');
}

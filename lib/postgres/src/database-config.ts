import type { EnvReader } from '@vigie/service-kit/env';

/** What Postgres itself ends on its side of a connection. */
export interface SessionTimeouts {
  /** Of a statement; a connection that stays silent a little longer is given up too. */
  readonly statementTimeoutMs: number;
  /** Of waiting for what another transaction holds. */
  readonly lockTimeoutMs: number;
  /** Of a transaction that does nothing: a frozen process holds nobody up. */
  readonly idleTransactionTimeoutMs: number;
}

export interface DatabaseConfig {
  readonly url: string;
  /** As the role that owns the schema: the one of `url` needn't be able to change it. Used on start alone. */
  readonly migrationUrl: string;
  /** Most connections of this process. */
  readonly poolSize: number;
  readonly timeouts: SessionTimeouts;
}

/** Where Postgres is that `npm start` and the tests start. */
export interface LocalDatabase {
  readonly localServiceUrl: string;
  /** As the role that owns the schema. */
  readonly localOwnerUrl: string;
}

const PROTOCOLS = ['postgresql', 'postgres'];
const TIMEOUT_BOUNDS = { min: 100, max: 600_000 };

/** Reads `DATABASE_URL` and its kin. */
export function readDatabaseConfig(reader: EnvReader, local: LocalDatabase): DatabaseConfig {
  const { localServiceUrl, localOwnerUrl } = local;
  const url = reader.url('DATABASE_URL', PROTOCOLS, localServiceUrl);
  return {
    url,
    migrationUrl: readMigrationUrl(reader, url === localServiceUrl ? localOwnerUrl : url),
    poolSize: reader.integer('DATABASE_POOL_SIZE', 10, { min: 2, max: 1_000 }),
    timeouts: {
      statementTimeoutMs: reader.integer('DATABASE_STATEMENT_TIMEOUT_MS', 10_000, TIMEOUT_BOUNDS),
      lockTimeoutMs: reader.integer('DATABASE_LOCK_TIMEOUT_MS', 2_000, TIMEOUT_BOUNDS),
      idleTransactionTimeoutMs: reader.integer('DATABASE_IDLE_TRANSACTION_TIMEOUT_MS', 10_000, TIMEOUT_BOUNDS),
    },
  };
}

/** Reads `DATABASE_MIGRATION_URL` alone, for what only the owner of the schema does. */
export function readMigrationUrl(reader: EnvReader, fallback: string): string {
  return reader.url('DATABASE_MIGRATION_URL', PROTOCOLS, fallback);
}

import path from 'node:path';
import { type AccessConfig, readAccessConfig } from '@vigie/access/wire';
import { type JetStreamConfig, readJetStreamConfig } from '@vigie/alert/streams';
import { type DatabaseConfig, readDatabaseConfig, readMigrationUrl } from '@vigie/postgres';
import { EnvReader } from '@vigie/service-kit/env';
import { readGrpcServerLimits } from '@vigie/service-kit/grpc';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import type { ServerLimits } from '@vigie/service-kit/limits';
import { service } from './service.ts';

export interface Config extends RunnerConfig, JetStreamConfig, AccessConfig {
  /** Of access-svc. */
  readonly accessAddress: string;
  readonly serverLimits: ServerLimits;
  readonly database: DatabaseConfig;
  readonly port: number;
  /** From the end of one sweep for lost work to the start of the next. */
  readonly sweepIntervalMs: number;
  /** Where old alerts are kept in files; undefined if the table keeps them all. */
  readonly archiveDir: string | undefined;
  readonly archiveAfterMs: number;
  /** From the end of one look for old alerts to the start of the next. */
  readonly archiveIntervalMs: number;
  /** How old an alert is before the sweep takes it for lost; never less than the streams know a duplicate. */
  readonly sweepAfterMs: number;
  /** How long a request's Idempotency-Key and its answer are kept. */
  readonly idempotencyWindowMs: number;
}

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const LOCAL_SERVICE_URL = 'postgresql://vigie_store:vigie_store@127.0.0.1:5432/vigie';
const LOCAL_OWNER_URL = 'postgresql://vigie:vigie@127.0.0.1:5432/vigie';

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  const jetStream = readJetStreamConfig(reader);
  return reader.finish({
    ...readRunnerConfig(reader, service),
    ...readAccessConfig(reader),
    accessAddress: reader.address('ACCESS_ADDRESS', '127.0.0.1:50054'),
    serverLimits: readGrpcServerLimits(reader),
    ...jetStream,
    port: reader.port('PORT', service.port),
    database: readDatabaseConfig(reader, { localServiceUrl: LOCAL_SERVICE_URL, localOwnerUrl: LOCAL_OWNER_URL }),
    sweepIntervalMs: reader.integer('SWEEP_INTERVAL_MS', 60_000, { min: 10, max: HOUR_MS }),
    archiveDir: reader.string('ARCHIVE_DIR', '') || undefined,
    archiveAfterMs: reader.integer('ARCHIVE_AFTER_DAYS', 90, { min: 1, max: 36_500 }) * DAY_MS,
    archiveIntervalMs: reader.integer('ARCHIVE_INTERVAL_MS', HOUR_MS, { min: 10, max: DAY_MS }),
    sweepAfterMs: Math.max(
      reader.milliseconds('SWEEP_AFTER_MS', 5 * 60_000),
      jetStream.streamLimits.duplicateWindowMs ?? 0,
    ),
    idempotencyWindowMs: reader.integer('IDEMPOTENCY_WINDOW_MS', DAY_MS, { min: 1_000, max: 30 * DAY_MS }),
  });
}

/** Of `npm run archive`. */
export type ArchiveCliConfig = Pick<DatabaseConfig, 'migrationUrl'> & { readonly archiveDir: string };

/** @throws InvalidEnvironmentError */
export function readArchiveCliConfig(env: NodeJS.ProcessEnv): ArchiveCliConfig {
  const reader = new EnvReader(env);
  return reader.finish({
    // npm runs scripts in the project's folder; its variable says where it was called.
    archiveDir: path.resolve(env.INIT_CWD ?? '', reader.string('ARCHIVE_DIR')),
    migrationUrl: readMigrationUrl(reader, LOCAL_OWNER_URL),
  });
}

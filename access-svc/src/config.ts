import { type ReadApiKey, readApiKey } from '@vigie/access';
import { type AccessConfig, readAccessConfig } from '@vigie/access/wire';
import { type DatabaseConfig, readDatabaseConfig } from '@vigie/postgres';
import { EnvReader } from '@vigie/service-kit/env';
import { readGrpcServerLimits } from '@vigie/service-kit/grpc';
import type { RunnerConfig } from '@vigie/service-kit/lifecycle';
import { readRunnerConfig } from '@vigie/service-kit/lifecycle';
import type { ServerLimits } from '@vigie/service-kit/limits';
import { service } from './service.ts';

export interface Config extends RunnerConfig, AccessConfig {
  readonly port: number;
  readonly serverLimits: ServerLimits;
  readonly database: DatabaseConfig;
  /** Of who makes the first keys, without the key itself; undefined if the environment names none. */
  readonly adminKey: ReadApiKey | undefined;
  /** For how long the audit log keeps an event. */
  readonly auditRetentionDays: number;
}

const LOCAL_DATABASE = {
  localServiceUrl: 'postgresql://vigie_access:vigie_access@127.0.0.1:5432/vigie',
  localOwnerUrl: 'postgresql://vigie:vigie@127.0.0.1:5432/vigie',
};

/** @throws InvalidEnvironmentError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const reader = new EnvReader(env);
  return reader.finish({
    ...readRunnerConfig(reader, service),
    ...readAccessConfig(reader),
    port: reader.port('PORT', service.port),
    serverLimits: readGrpcServerLimits(reader),
    database: readDatabaseConfig(reader, LOCAL_DATABASE),
    adminKey: readApiKey(reader.checked('ADMIN_KEY', requireApiKey, '')),
    auditRetentionDays: reader.integer('AUDIT_RETENTION_DAYS', 365, { min: 1, max: 36_500 }),
  });
}

function requireApiKey(text: string): void {
  if (readApiKey(text) === undefined) throw new Error('must be a whole API key, as access-svc/README.md makes one');
}

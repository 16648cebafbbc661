import { tmpdir } from 'node:os';
import path from 'node:path';
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
  /** Whether people become users by themselves. */
  readonly isRegistrationOn: boolean;
  /** Of the gateway, in links of mails; without a trailing slash. */
  readonly publicUrl: string;
  readonly mail: MailConfig;
  /** By which the keys that sign access tokens are sealed in Postgres. */
  readonly keySecret: string;
  /** After so long such a key is followed by another. */
  readonly signingKeyDays: number;
}

export interface MailConfig {
  /** Of the server that takes mails; undefined if they go to files. */
  readonly smtpUrl: string | undefined;
  /** Where mails go to without a server. */
  readonly dir: string;
  readonly from: string;
}

/** Everybody knows it: fit for loopback alone. */
export const KNOWN_KEY_SECRET = 'vigie';

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
    isRegistrationOn: reader.oneOf('REGISTRATION', ['off', 'on'], 'off') === 'on',
    publicUrl: reader.url('PUBLIC_URL', ['https', 'http'], 'http://localhost:8000'),
    mail: {
      smtpUrl: reader.url('SMTP_URL', ['smtps', 'smtp'], '') || undefined,
      dir: reader.string('MAIL_DIR', path.join(tmpdir(), 'vigie-mail')),
      from: reader.string('MAIL_FROM', 'Vigie <vigie@localhost>'),
    },
    keySecret: reader.string('ACCESS_KEY_SECRET', KNOWN_KEY_SECRET),
    signingKeyDays: reader.integer('SIGNING_KEY_DAYS', 30, { min: 1, max: 365 }),
  });
}

function requireApiKey(text: string): void {
  if (readApiKey(text) === undefined) throw new Error('must be a whole API key, as access-svc/README.md makes one');
}

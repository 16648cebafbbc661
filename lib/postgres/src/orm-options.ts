import { isIP } from 'node:net';
import type { Options } from '@mikro-orm/postgresql';
import type { Logger } from '@vigie/service-kit/telemetry';
import { checkIdentityOf } from '@vigie/service-kit/tls';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { SessionTimeouts } from './database-config.ts';
import { endSilentConnections } from './end-silent-connections.ts';
import type { ServiceSchema } from './service-schema.ts';
import { type SessionSettings, useSettings } from './session-settings.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Absent: Postgres waits as long as it takes. */
  readonly timeouts?: SessionTimeouts;
  readonly logger: Logger;
}

type ClientConfig = ReturnType<typeof parseIntoClientConfig>;

/** To open a connection, or to wait for a free one. */
const CONNECT_TIMEOUT_MS = 3_000;
/** What a server that is there needs beyond its own statement timeout to say that it hit it. */
const ANSWER_SLACK_MS = 2_000;

/** Timestamps are read as text, which is in the session's zone and style; JSON is written as a plain literal. */
const SETTINGS: SessionSettings = { TimeZone: 'UTC', DateStyle: 'ISO', standard_conforming_strings: 'on' };

function timeoutSettings(timeouts: SessionTimeouts): SessionSettings {
  return {
    statement_timeout: timeouts.statementTimeoutMs,
    lock_timeout: timeouts.lockTimeoutMs,
    idle_in_transaction_session_timeout: timeouts.idleTransactionTimeoutMs,
  };
}

/** Of MikroORM, for the tables of a service. */
export function ormOptions(
  { applicationName, schemaName, entities }: Pick<ServiceSchema, 'applicationName' | 'schemaName' | 'entities'>,
  { url, poolSize, timeouts, logger }: ConnectionOptions,
): Options {
  return {
    entities,
    ...(schemaName !== undefined && { schema: schemaName }),
    clientUrl: url,
    forceUtcTimezone: true,
    pool: { min: 0, max: poolSize },
    colors: false,
    logger: message => logger.debug({ from: 'mikro-orm' }, message),
    driverOptions: {
      ...clientConfig(url),
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      onConnect: useSettings({ ...SETTINGS, ...(timeouts && timeoutSettings(timeouts)) }),
      ...(timeouts && { onPoolCreated: endSilentConnections(timeouts.statementTimeoutMs + ANSWER_SLACK_MS) }),
    },
  };
}

/** Of the driver `pg`, which reads an address itself in the same way, so that sslmode and its kin count. */
export function clientConfig(url: string): ClientConfig {
  return withCheckedIdentity(parseIntoClientConfig(url));
}

/** Of a server that is named by its IP address; any other name is checked by Node. */
function withCheckedIdentity(config: ClientConfig): ClientConfig {
  const { host = '', ssl } = config;
  if (typeof ssl !== 'object' || isIP(host) === 0) return config;
  return { ...config, ssl: { checkServerIdentity: checkIdentityOf([host]), ...ssl } };
}

import type { Options } from '@mikro-orm/postgresql';
import type { Logger } from '@vigie/service-kit/telemetry';
import { AlertRow } from './alert-row.ts';
import { endSilentConnections } from './end-silent-connections.ts';
import { QuarantinedRow } from './quarantined-row.ts';

/** What Postgres itself ends on its side of a connection. */
export interface SessionTimeouts {
  readonly statementTimeoutMs: number;
  /** Of waiting for what another transaction holds. */
  readonly lockTimeoutMs: number;
  /** Of a transaction that does nothing. */
  readonly idleTransactionTimeoutMs: number;
}

export interface OrmOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Absent: Postgres waits as long as it takes. */
  readonly timeouts?: SessionTimeouts;
  readonly logger: Logger;
}

/** To open a connection, or to wait for a free one. */
const CONNECT_TIMEOUT_MS = 3_000;
/** What a server that is there needs beyond its own statement timeout to say that it hit it. */
const ANSWER_SLACK_MS = 2_000;

export function ormOptions({ url, poolSize, timeouts, logger }: OrmOptions): Options {
  return {
    entities: [AlertRow, QuarantinedRow],
    clientUrl: url,
    forceUtcTimezone: true,
    pool: { min: 0, max: poolSize },
    colors: false,
    logger: message => logger.debug({ from: 'mikro-orm' }, message),
    driverOptions: {
      // Read by the driver itself, so that sslmode and its kin count.
      connectionString: url,
      application_name: 'vigie-store-svc',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      // Timestamps are read as text, which is in the session's zone and style; JSON is written as a plain literal.
      options: '-c TimeZone=UTC -c DateStyle=ISO -c standard_conforming_strings=on',
      ...(timeouts && {
        statement_timeout: timeouts.statementTimeoutMs,
        lock_timeout: timeouts.lockTimeoutMs,
        idle_in_transaction_session_timeout: timeouts.idleTransactionTimeoutMs,
        onPoolCreated: endSilentConnections(timeouts.statementTimeoutMs + ANSWER_SLACK_MS),
      }),
    },
  };
}

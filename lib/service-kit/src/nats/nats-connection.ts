import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import type { Backoff } from '../async/backoff.ts';
import { retry } from '../async/retry.ts';
import { settlesWithin } from '../async/settles-within.ts';
import { isKnownPassword, knownPasswordWarning } from '../env/known-password.ts';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import { findNatsServerProblem } from './nats-server-version.mjs';
import { type NatsAccess, readNatsUrl } from './nats-url.ts';
import { steadyReconnects } from './steady-reconnects.ts';

export interface NatsConnectionOptions {
  /** As `readNatsUrl` takes it: one server, or those of a cluster. */
  readonly url: string;
  /** Shown by `nats server report connections`. */
  readonly name: string;
  readonly logger: Logger;
  readonly health: Health;
}

/** Node's codes of a certificate that OpenSSL doesn't trust, or that is for another name. */
const CERTIFICATE_ERROR = /^(UNABLE_TO_|CERT_|SELF_SIGNED_CERT_|DEPTH_ZERO_|INVALID_CA|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** A start that fails however long it waits: wrong credentials, or a server that loses what it has acknowledged. */
class NatsStartError extends Error {
  override readonly name = 'NatsStartError';
}

/** Shorter than a readiness check may take. */
const ANSWER_MS = 800;
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 250;
const FIRST_DIALS: Backoff = { baseMs: 375, maxMs: 375 };

/**
 * A server whose machine is gone closes no connection. One that is silent for 6 s, or for 5 s while it is dialled, is
 * given up for another.
 */
const PING_INTERVAL_MS = 2_000;
const MAX_UNANSWERED_PINGS = 2;
const DIAL_TIMEOUT_MS = 5_000;

/**
 * Connects, waiting as long as it takes, and reconnects for ever; readiness shows whether it is connected.
 *
 * @throws NatsStartError
 */
export async function connectNats(options: NatsConnectionOptions): Promise<NatsConnection> {
  const access = readNatsUrl(options.url);
  const hosts = hostsOf(access);
  const hostnames = access.servers.map(server => new URL(server).hostname);
  if (isKnownPassword({ user: access.user, password: access.pass, hostnames })) {
    options.logger.warn(knownPasswordWarning('NATS_URL', access.user));
  }
  let state: string | undefined = `not connected to ${hosts}`;
  options.health.addCheck('nats', async () => state ?? (await findSilence()));
  const connection = await dial(access, options.name);
  const problem = findServerProblem(connection);
  if (problem !== undefined) {
    const server = connection.getServer();
    await connection.close();
    throw new NatsStartError(`NATS_URL ${server}: ${problem}.`);
  }
  state = undefined;
  void watchStatus();
  return connection;

  /** A frozen server keeps its connections: they are given up only after two unanswered pings. */
  async function findSilence(): Promise<string | undefined> {
    return (await settlesWithin(connection.flush(), ANSWER_MS)) ? state : `${connection.getServer()} gives no answer`;
  }

  async function watchStatus(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        // Each failed attempt to reconnect ends with this status too: only the first is logged.
        if (state !== undefined) continue;
        state = `disconnected from ${hosts}`;
        options.logger.warn({ server: status.server }, 'nats disconnected');
      } else if (status.type === 'reconnect') {
        state = undefined;
        options.logger.info({ server: status.server }, 'nats reconnected');
        const newProblem = findServerProblem(connection);
        if (newProblem !== undefined) options.logger.warn({ server: status.server }, newProblem);
      } else if (status.type === 'error') {
        onError(status.error);
      }
    }
  }

  function onError(err: Error): void {
    if (err instanceof errors.PermissionViolationError) {
      const { operation, subject } = err;
      const missing = `the NATS user ${access.user ?? '(none)'} lacks a permission, see its permissions in nats.conf`;
      options.logger.error({ err, operation, subject }, missing);
    } else if (isRefusal(err)) {
      const refusal = describeRefusal(access);
      if (state !== refusal) options.logger.error({ err }, refusal);
      state = refusal;
    } else {
      options.logger.error({ err }, 'nats error');
    }
  }
}

async function dial(access: NatsAccess, name: string): Promise<NatsConnection> {
  const options = {
    ...access,
    name,
    maxReconnectAttempts: -1,
    ...steadyReconnects(RECONNECT_MS, RECONNECT_JITTER_MS),
    // A password that is changed under a running service is for a person to correct; until then it is not ready.
    ignoreAuthErrorAbort: true,
    timeout: DIAL_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_UNANSWERED_PINGS,
    // Each request would begin with two stack traces in case that it fails: 40 microseconds of an alert's CPU.
    noAsyncTraces: true,
  };
  try {
    return await retry(() => connect(options), {
      backoff: FIRST_DIALS,
      isRetryable: error => describeFinalError(error, access) === undefined,
    });
  } catch (error) {
    const why = describeFinalError(error, access);
    throw why === undefined ? error : new NatsStartError(why, { cause: error });
  }
}

/** What waiting doesn't mend; undefined if it may. */
function describeFinalError(error: unknown, access: NatsAccess): string | undefined {
  if (isRefusal(error)) return describeRefusal(access);
  const hosts = hostsOf(access);
  if (error instanceof errors.ConnectionError && /does not support 'tls'/.test(error.message)) {
    return `${hosts} has no TLS, which tls:// in NATS_URL asks for: set up TLS there, or use nats://`;
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string' || !CERTIFICATE_ERROR.test(code)) return undefined;
  const { message } = error as Error;
  return `${hosts} has a certificate that is not trusted (${message}): name the file of its authority in NODE_EXTRA_CA_CERTS`;
}

/** A server that is short of time says "authentication timeout" instead, and that passes. */
function isRefusal(error: unknown): boolean {
  return error instanceof errors.AuthorizationError && /authorization violation/i.test(error.message);
}

function hostsOf({ servers }: NatsAccess): string {
  return servers.map(server => new URL(server).host).join(', ');
}

function describeRefusal(access: NatsAccess): string {
  const { servers, user } = access;
  const who = user === undefined ? 'a connection without user and password' : `the user ${user} with its password`;
  const wanted = servers.map(server => server.replace('//', '//user:password@')).join();
  return `${hostsOf(access)} refuses ${who}: set NATS_URL to ${wanted}`;
}

function findServerProblem({ info }: NatsConnection): string | undefined {
  return info === undefined ? undefined : findNatsServerProblem(info.version);
}

import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface NatsConnectionOptions {
  readonly url: string;
  /** Shown by `nats server report connections`. */
  readonly name: string;
  readonly logger: Logger;
  readonly health: Health;
}

/** Connects, waiting as long as it takes, and reconnects for ever; readiness tells whether it is connected. */
export async function connectNats(options: NatsConnectionOptions): Promise<NatsConnection> {
  let state: string | undefined = `not connected to ${withoutCredentials(options.url)}`;
  options.health.addCheck('nats', () => state);
  const connection = await connect({
    servers: options.url,
    name: options.name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
    // Each request would begin with two stack traces in case that it fails: 40 microseconds of an alert's CPU.
    noAsyncTraces: true,
  });
  state = undefined;
  void watchStatus();
  return connection;

  async function watchStatus(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        state = `disconnected from ${withoutCredentials(options.url)}`;
        options.logger.warn({ server: status.server }, 'nats disconnected');
      } else if (status.type === 'reconnect') {
        state = undefined;
        options.logger.info({ server: status.server }, 'nats reconnected');
      } else if (status.type === 'error') {
        options.logger.error({ err: status.error }, 'nats error');
      }
    }
  }
}

function withoutCredentials(url: string): string {
  return new URL(url).host;
}

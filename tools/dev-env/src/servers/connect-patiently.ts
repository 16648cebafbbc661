import { connect, type NatsConnection } from '@nats-io/transport-node';
import { readNatsUrl } from '@vigie/service-kit/nats';

/**
 * A client that leaves a server which has been silent for a few seconds. A server without enough CPU ends connections
 * for being late with their password, as if that were wrong.
 */
export function connectPatiently(url: string): Promise<NatsConnection> {
  const forEver = { maxReconnectAttempts: -1, reconnectTimeWait: 250, ignoreAuthErrorAbort: true };
  return connect({ ...readNatsUrl(url), ...forEver, pingInterval: 2_000, maxPingOut: 2, timeout: 5_000 });
}

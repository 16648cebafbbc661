import type { NatsConnection } from '@nats-io/transport-node';
import { settlesWithin } from '../async/settles-within.ts';

/** A server that answers takes what is left within milliseconds. */
const DRAIN_MS = 500;

/**
 * Closes a connection once the server has taken what was still to be sent, such as acks. A server that is frozen or
 * away is not waited for: what it hasn't heard is delivered again.
 */
export async function closeNats(connection: NatsConnection): Promise<void> {
  await settlesWithin(connection.drain(), DRAIN_MS);
  // Not awaited: a frozen server never confirms that the connection is closed.
  void connection.close().catch(() => undefined);
}

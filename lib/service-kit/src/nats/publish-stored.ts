import type { JetStreamClient, JetStreamPublishOptions, PubAck } from '@nats-io/jetstream';

/** nats-server answered, but the message isn't in the stream as far as it knows. */
export class UnstoredMessageError extends Error {
  override readonly name = 'UnstoredMessageError';
}

/**
 * Publishes a message and resolves once the stream has it on disk.
 *
 * @throws JetStreamApiError if the stream refuses it, UnstoredMessageError, or the client's own error if no answer
 * comes
 */
export async function publishStored(
  client: Pick<JetStreamClient, 'publish'>,
  subject: string,
  payload: string | Uint8Array,
  options: Partial<JetStreamPublishOptions>,
): Promise<PubAck> {
  return requireStored(await client.publish(subject, payload, options));
}

/**
 * A leader that has lost its majority answers a message id that it has proposed already with `duplicate` and `seq` 0:
 * it doesn't know whether the message will ever be stored (nats-server#5827). That is no acknowledgement.
 *
 * @throws UnstoredMessageError
 */
export function requireStored<A extends Pick<PubAck, 'stream' | 'seq'>>(ack: A): A {
  if (ack.seq > 0) return ack;
  throw new UnstoredMessageError(`the stream ${ack.stream} has no majority to store the message`);
}

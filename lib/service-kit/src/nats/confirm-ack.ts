import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Backoff } from '../async/backoff.ts';
import { retry } from '../async/retry.ts';

const ACK = '+ACK';
const ANSWER_TIMEOUT_MS = 2_000;
const BACKOFF: Backoff = { baseMs: 200, maxMs: 200 };
/** A restart of nats-server, or the election of another leader, is over by then as a rule. */
const PATIENCE_MS = 10_000;

/**
 * Acks a message until the server confirms it. An ack that a reconnect swallows, or that comes while the stream has no
 * leader, is sent again: a message that is done would otherwise be handled once more. `JsMsg.ackAck` can be asked
 * only once, and after that the message's progress can no longer be reported.
 *
 * @throws the error of the last attempt, after ten seconds or once the signal aborts
 */
export async function confirmAck(connection: NatsConnection, message: JsMsg, signal: AbortSignal): Promise<void> {
  await retry(() => connection.request(replySubject(message), ACK, { timeout: ANSWER_TIMEOUT_MS }), {
    backoff: BACKOFF,
    patienceMs: PATIENCE_MS,
    // Even a signal that has aborted leaves time for one attempt.
    isRetryable: () => !signal.aborted && !connection.isClosed(),
  });
}

/** Every message of a consumer has one; the type of the library leaves it out. */
function replySubject(message: JsMsg): string {
  return (message as JsMsg & { readonly reply: string }).reply;
}

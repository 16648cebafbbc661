import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import type { Alert } from '@vigie/alert';
import { alertMessageId, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { type Backoff, retry } from '@vigie/service-kit/async';
import { publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { type AlertQueue, AlertQueueError, type QueueReceipt } from '../../ports/alert-queue.ts';

/**
 * A publish that is lost in a reconnect is never acknowledged: publishing it again helps, waiting longer does not. The
 * message id makes a second copy a duplicate. All attempts together take less time than the gateway's deadline for a
 * call, and none begins after the caller's own.
 */
const PUB_ACK_TIMEOUT_MS = 2_000;
const PUBLISH_ATTEMPTS = 3;
const AT_ONCE: Backoff = { baseMs: 0, maxMs: 0 };

export class JetStreamAlertQueue implements AlertQueue {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  async publish(alert: Alert, signal?: AbortSignal): Promise<QueueReceipt> {
    let mayBeStored = false;
    try {
      return await retry(() => this.#publishOnce(alert), {
        backoff: AT_ONCE,
        maxAttempts: PUBLISH_ATTEMPTS,
        isRetryable: error => {
          mayBeStored ||= !isKnownUnstored(error);
          return !isRefusal(error) && signal?.aborted !== true;
        },
      });
    } catch (cause) {
      throw toQueueError(cause, mayBeStored || !isKnownUnstored(cause));
    }
  }

  async #publishOnce(alert: Alert): Promise<QueueReceipt> {
    const { duplicate } = await publishStored(this.#client, subjects.received(alert.store), encodeAlertPayload(alert), {
      msgID: alertMessageId(alert),
      headers: traceHeaders(),
      timeout: PUB_ACK_TIMEOUT_MS,
    });
    return { duplicate };
  }
}

/** The server answered and refused: the stream is full, or out of resources. */
function isRefusal(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError;
}

/**
 * Refused, or nobody is there who could store it. Any other failure leaves it open: a server that is frozen, or that
 * has lost its majority, may have the message and store it later; so may one that is reconnected to.
 */
function isKnownUnstored(error: unknown): boolean {
  return isRefusal(error) || hasNoResponder(error);
}

/** The client wraps it into an error that it doesn't export. */
function hasNoResponder(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof errors.RequestError && error.cause.isNoResponders();
}

function toQueueError(cause: unknown, mayBeStored: boolean): AlertQueueError {
  if (mayBeStored) {
    return new AlertQueueError('ACCEPTANCE_UNKNOWN', 'The alert stream gives no answer.', { cause });
  }
  return isRefusal(cause)
    ? new AlertQueueError('QUEUE_FULL', `The alert stream takes no more: ${cause.message}.`, { cause })
    : new AlertQueueError('QUEUE_UNREACHABLE', 'There is no alert stream now.', { cause });
}

import { JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Alert } from '@vigie/alert';
import { alertMessageId, MESSAGE_ID, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { type Backoff, retry } from '@vigie/service-kit/async';
import { NoStreamError, StoredPublisher, traceHeaders } from '@vigie/service-kit/nats';
import { type AlertQueue, AlertQueueError, type QueueReceipt } from '../../ports/alert-queue.ts';

/**
 * A publish that is lost in a reconnect is never acknowledged: publishing it again helps, waiting longer does not. The
 * message id makes a second copy a duplicate. All attempts together take less time than the gateway's deadline for a
 * call, and none begins after the caller's own.
 */
const PUB_ACK_TIMEOUT_MS = 2_000;
const PUBLISH_ATTEMPTS = 3;
const AT_ONCE: Backoff = { baseMs: 0, maxMs: 0 };

export class JetStreamAlertQueue implements AlertQueue, Disposable {
  readonly #publisher: StoredPublisher;

  /** @param inboxPrefix where the connection's user may have its replies */
  constructor(connection: NatsConnection, inboxPrefix: string | undefined) {
    this.#publisher = new StoredPublisher(connection, { inboxPrefix, timeoutMs: PUB_ACK_TIMEOUT_MS });
  }

  async publish(alert: Alert, signal?: AbortSignal): Promise<QueueReceipt> {
    try {
      return await this.#publishOnce(alert);
    } catch (error) {
      return await this.#publishAgain(alert, error, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
  }

  async #publishOnce(alert: Alert): Promise<QueueReceipt> {
    const headers = traceHeaders();
    headers.set(MESSAGE_ID, alertMessageId(alert));
    const subject = subjects.received(alert);
    const { duplicate } = await this.#publisher.publish(subject, encodeAlertPayload(alert), headers);
    return { duplicate };
  }

  /** Apart from the first attempt, which nearly always succeeds. */
  async #publishAgain(alert: Alert, firstError: unknown, signal: AbortSignal | undefined): Promise<QueueReceipt> {
    let mayBeStored = false;
    const isRetryable = (error: unknown): boolean => {
      mayBeStored ||= !isKnownUnstored(error);
      return !isRefusal(error) && signal?.aborted !== true;
    };
    if (!isRetryable(firstError)) throw toQueueError(firstError, mayBeStored);
    try {
      return await retry(() => this.#publishOnce(alert), {
        backoff: AT_ONCE,
        maxAttempts: PUBLISH_ATTEMPTS - 1,
        isRetryable,
      });
    } catch (cause) {
      throw toQueueError(cause, mayBeStored || !isKnownUnstored(cause));
    }
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
  return isRefusal(error) || error instanceof NoStreamError;
}

function toQueueError(cause: unknown, mayBeStored: boolean): AlertQueueError {
  if (mayBeStored) {
    return new AlertQueueError('ACCEPTANCE_UNKNOWN', 'The alert stream gives no answer.', { cause });
  }
  return isRefusal(cause)
    ? new AlertQueueError('QUEUE_FULL', `The alert stream takes no more: ${cause.message}.`, { cause })
    : new AlertQueueError('QUEUE_UNREACHABLE', 'There is no alert stream now.', { cause });
}

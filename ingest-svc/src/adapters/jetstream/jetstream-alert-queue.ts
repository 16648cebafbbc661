import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import type { Alert } from '@vigie/alert';
import { alertMessageId, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { type Backoff, retry } from '@vigie/service-kit/async';
import { publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { type AlertQueue, AlertQueueError, type QueueReceipt } from '../../ports/alert-queue.ts';

/**
 * A publish that is lost in a reconnect is never acknowledged: publishing it again helps, waiting longer does not. The
 * message id makes a second copy a duplicate. All attempts together take less time than the gateway's deadline for a
 * call.
 */
const PUB_ACK_TIMEOUT_MS = 2_000;
const PUBLISH_ATTEMPTS = 3;
const AT_ONCE: Backoff = { baseMs: 0, maxMs: 0 };

export class JetStreamAlertQueue implements AlertQueue {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  async publish(alert: Alert): Promise<QueueReceipt> {
    try {
      return await retry(() => this.#publishOnce(alert), {
        backoff: AT_ONCE,
        maxAttempts: PUBLISH_ATTEMPTS,
        isRetryable: error => !isRefusal(error),
      });
    } catch (cause) {
      if (isRefusal(cause)) {
        throw new AlertQueueError('QUEUE_FULL', `The alert stream takes no more: ${cause.message}.`, { cause });
      }
      throw new AlertQueueError('QUEUE_UNREACHABLE', 'The alert stream gives no answer.', { cause });
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

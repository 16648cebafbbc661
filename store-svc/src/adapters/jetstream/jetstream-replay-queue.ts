import { JetStreamApiError, type JetStreamClient, type JetStreamPublishOptions } from '@nats-io/jetstream';
import { type Alert, alertKey } from '@vigie/alert';
import { QUARANTINE_HEADERS, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { AwaitingAlert } from '../../domain/awaiting-alert.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { type ReplayQueue, ReplayQueueError } from '../../ports/replay-queue.ts';

const PUB_ACK_TIMEOUT_MS = 5_000;

export class JetStreamReplayQueue implements ReplayQueue {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  /** Without a message id: that is what makes it a replay (`isReplay`). */
  async replay(alert: Alert): Promise<void> {
    await this.#publish(subjects.received(alert), encodeAlertPayload(alert), { headers: traceHeaders() });
  }

  /** With a message id that is not the client's own, so that it is a replay too. */
  revive({ alert, traceId, awaitedSequence }: AwaitingAlert): Promise<number> {
    return withTrace({ traceId, spanId: newTrace().spanId }, () =>
      this.#publish(subjects.received(alert), encodeAlertPayload(alert), {
        headers: traceHeaders(),
        msgID: `revived.${alertKey(alert)}.${awaitedSequence}`,
      }),
    );
  }

  async redrive({ id, tenant, store, payload, redrives }: QuarantinedAlert): Promise<void> {
    const headers = traceHeaders();
    headers.set(QUARANTINE_HEADERS.redrives, String(redrives + 1));
    // Once, where it is redriven twice at a time, or again because nobody heard that it was.
    await this.#publish(subjects.received({ tenant, store }), payload, { headers, msgID: `redriven.${id}` });
  }

  async #publish(
    subject: string,
    payload: string | Uint8Array,
    options: Partial<JetStreamPublishOptions>,
  ): Promise<number> {
    try {
      const { seq } = await publishStored(this.#client, subject, payload, { ...options, timeout: PUB_ACK_TIMEOUT_MS });
      return seq;
    } catch (error) {
      // A server that refuses is full or out of resources.
      const reason = error instanceof JetStreamApiError ? 'QUEUE_FULL' : 'QUEUE_UNREACHABLE';
      throw new ReplayQueueError(reason, `The alert stream did not store the alert: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }
}

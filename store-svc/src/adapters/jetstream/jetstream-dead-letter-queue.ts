import type { JetStreamClient } from '@nats-io/jetstream';
import type { Failure } from '@vigie/alert';
import { publishQuarantined, type Quarantining, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { AlertMessage } from '../../domain/alert-message.ts';
import type { CurrentAlert } from '../../domain/current-alert.ts';
import { type DeadLetterQueue, DeadLetterQueueError } from '../../ports/dead-letter-queue.ts';

/** The stream QUARANTINE. */
export class JetStreamDeadLetterQueue implements DeadLetterQueue {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  putMessage(message: AlertMessage, failure: Failure): Promise<void> {
    const { content, traceId, attempts, subject, payload, sequence: streamSequence, receivedAt, redrives } = message;
    return this.#publish(traceId, failure, {
      original: { subject, payload, streamSequence, receivedAt, redrives },
      owner: content.kind === 'alert' ? content.alert : undefined,
      attempts,
    });
  }

  putRecorded({ alert, traceId, sequence, receivedAt }: CurrentAlert, failure: Failure): Promise<void> {
    return this.#publish(traceId, failure, {
      original: {
        subject: subjects.received(alert),
        payload: Buffer.from(encodeAlertPayload(alert)),
        streamSequence: sequence,
        receivedAt,
        redrives: 0,
      },
      owner: alert,
      attempts: 1,
    });
  }

  async #publish(
    traceId: string,
    { code, message }: Failure,
    quarantining: Pick<Quarantining, 'original' | 'owner' | 'attempts'>,
  ): Promise<void> {
    const { spanId } = newTrace();
    try {
      await withTrace({ traceId, spanId }, () =>
        publishQuarantined({ client: this.#client, reason: code, why: message, ...quarantining }),
      );
    } catch (error) {
      throw new DeadLetterQueueError(`The quarantine did not store the message: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }
}

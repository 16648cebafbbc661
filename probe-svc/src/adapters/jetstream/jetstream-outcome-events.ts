import type { JetStreamClient } from '@nats-io/jetstream';
import type { FinishedAlert } from '@vigie/alert';
import { contentHash } from '@vigie/alert';
import { subjects } from '@vigie/alert/streams';
import { encodeOutcomePayload } from '@vigie/alert/wire';
import { publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { type OutcomeEvents, OutcomeEventsError } from '../../ports/outcome-events.ts';

/** A publish that is lost in a reconnect gets no ack: publishing again helps sooner than waiting longer. */
const PUB_ACK_TIMEOUT_MS = 5_000;

export class JetStreamOutcomeEvents implements OutcomeEvents {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  async publish(outcome: FinishedAlert, streamSequence: number): Promise<void> {
    const { alert } = outcome;
    const { status } = outcome.outcome;
    const subject = status === 'PROCESSED' ? subjects.processed(alert.store) : subjects.failed(alert.store);
    try {
      await publishStored(this.#client, subject, encodeOutcomePayload(outcome), {
        // A message that is delivered again publishes its outcome once; one that was replayed is another message.
        msgID: `${alert.uid}.${contentHash(alert)}.${status}.${streamSequence}`,
        headers: traceHeaders(),
        timeout: PUB_ACK_TIMEOUT_MS,
      });
    } catch (error) {
      throw new OutcomeEventsError(`The outcome stream accepts no event: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }
}

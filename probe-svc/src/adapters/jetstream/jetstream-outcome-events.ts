import type { JetStreamClient } from '@nats-io/jetstream';
import type { FinishedAlert } from '@vigie/alert';
import { publishOutcomeEvent } from '@vigie/alert/streams';
import { type OutcomeEvents, OutcomeEventsError } from '../../ports/outcome-events.ts';

export class JetStreamOutcomeEvents implements OutcomeEvents {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  async publish(outcome: FinishedAlert): Promise<void> {
    try {
      await publishOutcomeEvent(this.#client, outcome);
    } catch (error) {
      throw new OutcomeEventsError(`The outcome stream accepts no event: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }
}

import {
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type OrderedConsumerOptions,
  type StreamState,
} from '@nats-io/jetstream';
import type { FinishedAlert } from '@vigie/alert';
import { publishOutcomeEvent, reportedSequence } from '@vigie/alert/streams';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { ReadEvents } from '../../domain/reported-outcomes.ts';
import type { EventStart, OutcomeJournal } from '../../ports/outcome-journal.ts';
import { readStream } from './read-stream.ts';

const STREAM = 'OUTCOMES';

/** The stream OUTCOMES. */
export class JetStreamOutcomeJournal implements OutcomeJournal {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;

  constructor(client: JetStreamClient, manager: JetStreamManager) {
    this.#client = client;
    this.#manager = manager;
  }

  async read(start: EventStart): Promise<ReadEvents> {
    const { state, ts } = await this.#manager.streams.info(STREAM);
    const reported: number[] = [];
    const from = { ...startOptions(start, state), headers_only: true };
    for await (const event of readStream(this.#client, STREAM, from, state.last_seq)) {
      const sequence = reportedSequence(event);
      if (sequence !== undefined) reported.push(sequence);
    }
    const firstTime = state.messages > 0 ? state.first_ts : ts;
    const missingBefore = isComplete(start, state) || firstTime === undefined ? undefined : new Date(firstTime);
    return { reported, through: state.last_seq, missingBefore };
  }

  publishAgain(outcome: FinishedAlert): Promise<void> {
    const { traceId } = outcome;
    return withTrace({ traceId, spanId: newTrace().spanId }, () => publishOutcomeEvent(this.#client, outcome, true));
  }
}

function startOptions(start: EventStart, { last_seq }: StreamState): Partial<OrderedConsumerOptions> {
  if ('since' in start) {
    return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.since.toISOString() };
  }
  // A stream that was made anew has not come as far: all of it is read.
  if (start.behind > last_seq) return { deliver_policy: DeliverPolicy.All };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start.behind + 1 };
}

/** Whether all that there ever was from the start on is still there. */
function isComplete(start: EventStart, { first_seq, last_seq, first_ts, messages }: StreamState): boolean {
  if ('behind' in start) return start.behind >= first_seq - 1 && start.behind <= last_seq;
  return first_seq <= 1 || (messages > 0 && new Date(first_ts) <= start.since);
}

import type { JsMsg } from '@nats-io/jetstream';
import { OutcomeFeedError, type StreamPosition } from '@vigie/outcome-feed';
import { openOutcomeConsumer } from './outcome-consumer.ts';
import { type JetStreamParts, type OutcomeStream, readStreamState, type StreamState } from './outcome-streams.ts';

/** Messages in memory for one reader. */
const BATCH = 200;
const FETCH_EXPIRES_MS = 2_000;

export interface Backlog {
  readonly stream: OutcomeStream;
  readonly subjects: readonly string[];
  readonly after: StreamPosition;
}

/** A message of a backlog, or none: everything up to the sequence was read. */
export interface BacklogItem {
  readonly message: JsMsg | undefined;
  readonly sequence: number;
}

/**
 * What a stream has on some subjects after a position, no faster than it is read. The last item has no message.
 *
 * @throws OutcomeFeedError RESUME_TOKEN_EXPIRED, RESUME_TOKEN_OF_LOST_STREAM
 */
export async function* readBacklog(
  parts: JetStreamParts,
  { stream, subjects, after }: Backlog,
): AsyncIterable<BacklogItem> {
  const { createdMs } = after;
  let { sequence } = after;
  let state = await readStreamState(parts.manager, stream);
  expectKept(state, after);
  let reached = state.lastSequence;
  await using opened = await openOutcomeConsumer(parts, stream, subjects, sequence + 1);
  let delivered = 0;
  for (let { pending } = opened; pending > 0; ) {
    reached = state.lastSequence;
    const batch = await Array.fromAsync(
      await opened.consumer.fetch({ max_messages: Math.min(BATCH, pending), expires: FETCH_EXPIRES_MS }),
    );
    // Asked after the delivery: what is kept now was kept then, so nothing on the way to these messages was trimmed.
    state = await readStreamState(parts.manager, stream);
    expectKept(state, { sequence, createdMs });
    for (const message of batch) {
      if (message.info.deliverySequence !== ++delivered) {
        throw new OutcomeFeedError('FEED_UNREACHABLE', `A message of ${stream.name} was lost on its way.`);
      }
      pending = message.info.pending;
      sequence = message.seq;
      yield { message, sequence };
    }
  }
  yield { message: undefined, sequence: Math.max(sequence, reached) };
}

/** @throws OutcomeFeedError */
export function expectKept({ createdMs, firstSequence, lastSequence }: StreamState, after: StreamPosition): void {
  const isOfAnother = after.createdMs !== createdMs;
  if (isOfAnother && after.createdMs !== 0) {
    throw new OutcomeFeedError('RESUME_TOKEN_OF_LOST_STREAM', 'The position is one of another stream.');
  }
  if (isOfAnother || after.sequence + 1 < firstSequence || after.sequence > lastSequence) {
    throw new OutcomeFeedError('RESUME_TOKEN_EXPIRED', 'Outcomes after this position are no longer kept.');
  }
}

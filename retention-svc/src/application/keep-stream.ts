import { planTrim } from '../domain/plan-trim.ts';
import { REQUIRED_CONSUMERS } from '../domain/required-consumers.ts';
import type { StreamState } from '../domain/stream-state.ts';
import { findWarnings } from '../domain/warnings.ts';
import { findYoungFrom } from '../domain/young-from.ts';
import type { StreamReports } from '../ports/stream-reports.ts';
import type { Streams } from '../ports/streams.ts';

export type KeepStream = (stream: string) => Promise<void>;

export interface KeepStreamParts {
  readonly streams: Streams;
  readonly reports: StreamReports;
  /** How long a finished message stays, to be looked at or replayed. */
  readonly replayWindowMs: number;
}

/**
 * Trims of a stream what every consumer has finished and what is older than the replay window, and reports how it does.
 *
 * How far the consumers have come is read first and only grows, so a message that is trimmed is finished. A consumer that is
 * made meanwhile, to begin at the stream's start, may find it trimmed.
 */
export function createKeepStream({ streams, reports, replayWindowMs }: KeepStreamParts): KeepStream {
  return async stream => {
    const state = await streams.readState(stream);
    const youngFrom = await findYoungFromIn(state);
    const plan = planTrim(state, youngFrom, REQUIRED_CONSUMERS[stream] ?? []);
    const trimmedMessages = plan.keepFrom > state.firstSequence ? await streams.trim(stream, plan.keepFrom) : 0;
    const oldestKept = (await streams.readMessageTime(stream, plan.keepFrom))?.time;
    reports.report({ state, trimmedMessages, oldestKept, warnings: findWarnings(state, plan, youngFrom) });
  };

  function findYoungFromIn({ name, firstSequence, lastSequence, serverTime }: StreamState): Promise<number> {
    const oldBefore = new Date(serverTime.getTime() - replayWindowMs);
    const kept = { first: firstSequence, end: lastSequence + 1 };
    return findYoungFrom(kept, oldBefore, sequence => streams.readMessageTime(name, sequence));
  }
}

import type { AwaitedConsumers } from '../domain/awaited-consumers.ts';
import { planTrim } from '../domain/plan-trim.ts';
import { findWindowStart } from '../domain/replay-window.ts';
import type { StreamState } from '../domain/stream-state.ts';
import { findWarnings } from '../domain/warnings.ts';
import type { StreamReports } from '../ports/stream-reports.ts';
import type { Streams } from '../ports/streams.ts';

export type TrimStream = (stream: string) => Promise<void>;

export interface TrimStreamParts {
  readonly streams: Streams;
  readonly reports: StreamReports;
  /** How long a finished message stays, to be inspected or replayed. */
  readonly replayWindowMs: number;
  readonly awaitedConsumers: AwaitedConsumers;
}

/**
 * Removes the messages of a stream that every awaited consumer has finished and that are older than the replay window,
 * and reports the state of the stream.
 *
 * The progress of the consumers is read first and only grows, so a message that is removed is finished. A consumer that
 * is created meanwhile and begins at the start of the stream may miss what is removed.
 */
export function createTrimStream(parts: TrimStreamParts): TrimStream {
  const { streams, reports, replayWindowMs, awaitedConsumers } = parts;
  return async stream => {
    const state = await streams.readState(stream);
    const windowStart = await findWindowStartOf(state);
    const plan = planTrim(state, windowStart, awaitedConsumers[stream] ?? []);
    const trimmedMessages = plan.keepFrom > state.firstSequence ? await streams.trim(stream, plan.keepFrom) : 0;
    const oldestKept = (await streams.readMessageTime(stream, plan.keepFrom))?.time;
    reports.report({ state, trimmedMessages, oldestKept, warnings: findWarnings(state, plan, windowStart) });
  };

  function findWindowStartOf({ name, firstSequence, lastSequence, serverTime }: StreamState): Promise<number> {
    const oldBefore = new Date(serverTime.getTime() - replayWindowMs);
    const range = { first: firstSequence, end: lastSequence + 1 };
    return findWindowStart(range, oldBefore, sequence => streams.readMessageTime(name, sequence));
  }
}

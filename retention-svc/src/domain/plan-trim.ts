import type { ConsumerProgress, StreamState } from './stream-state.ts';

/** A consumer that keeps old messages from being trimmed. */
export interface Straggler {
  readonly name: string;
  /** How many messages beyond the replay window it has not finished, or has finished behind one that it has not. */
  readonly oldMessages: number;
}

export interface TrimPlan {
  /** Every message below it is finished by all and old; the rest stays. */
  readonly keepFrom: number;
  /** Required consumers that aren't there; as long as one is missing, nothing is trimmed. */
  readonly missing: readonly string[];
  /** The slowest first. */
  readonly stragglers: readonly Straggler[];
}

/** What may go: what every consumer has finished, and what stands below `youngFrom`. */
export function planTrim(state: StreamState, youngFrom: number, required: readonly string[]): TrimPlan {
  const { firstSequence, lastSequence, consumers } = state;
  const missing = required.filter(name => !consumers.some(consumer => consumer.name === name));
  const finishedBelow = Math.min(lastSequence + 1, ...consumers.map(unfinishedFrom));
  const trimmable = missing.length > 0 ? firstSequence : Math.min(youngFrom, finishedBelow);
  return { keepFrom: Math.max(firstSequence, trimmable), missing, stragglers: findStragglers(state, youngFrom) };
}

function findStragglers({ firstSequence, consumers }: StreamState, youngFrom: number): Straggler[] {
  return consumers
    .map(consumer => ({
      name: consumer.name,
      oldMessages: youngFrom - Math.max(firstSequence, unfinishedFrom(consumer)),
    }))
    .filter(({ oldMessages }) => oldMessages > 0)
    .toSorted((a, b) => b.oldMessages - a.oldMessages);
}

function unfinishedFrom({ finishedThrough }: ConsumerProgress): number {
  return finishedThrough + 1;
}

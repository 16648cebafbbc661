import type { ConsumerProgress, StreamState } from './stream-state.ts';

/** A consumer because of which old messages can't be trimmed. */
export interface LaggingConsumer {
  readonly name: string;
  /**
   * How many messages are older than the replay window and, in the order of the stream, not before the first that it
   * has not finished.
   */
  readonly oldMessages: number;
}

export interface TrimPlan {
  /** The sequence of the first message that stays. Every message below it is old, and finished by all consumers. */
  readonly keepFrom: number;
  /** Required consumers that don't exist. While one is missing, nothing is trimmed. */
  readonly missing: readonly string[];
  /** The slowest first. */
  readonly lagging: readonly LaggingConsumer[];
}

/** Decides what to trim: the messages below `windowStart` that every consumer has finished. */
export function planTrim(state: StreamState, windowStart: number, required: readonly string[]): TrimPlan {
  const { firstSequence, lastSequence, consumers } = state;
  const missing = required.filter(name => !consumers.some(consumer => consumer.name === name));
  const finishedBelow = Math.min(lastSequence + 1, ...consumers.map(unfinishedFrom));
  const trimmable = missing.length > 0 ? firstSequence : Math.min(windowStart, finishedBelow);
  return { keepFrom: Math.max(firstSequence, trimmable), missing, lagging: findLaggingConsumers(state, windowStart) };
}

function findLaggingConsumers({ firstSequence, consumers }: StreamState, windowStart: number): LaggingConsumer[] {
  return consumers
    .map(consumer => ({
      name: consumer.name,
      oldMessages: windowStart - Math.max(firstSequence, unfinishedFrom(consumer)),
    }))
    .filter(({ oldMessages }) => oldMessages > 0)
    .toSorted((a, b) => b.oldMessages - a.oldMessages);
}

function unfinishedFrom({ finishedThrough }: ConsumerProgress): number {
  return finishedThrough + 1;
}

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
  /** The sequence of the first message that stays. Each below it is old, and finished by all awaited consumers. */
  readonly keepFrom: number;
  /** Awaited consumers that aren't there, or whose server gives no answer. While there is one, nothing is trimmed. */
  readonly missing: readonly string[];
  /** The awaited consumer that has finished least. */
  readonly slowest: ConsumerProgress | undefined;
  /** Those of the awaited ones, the slowest first. */
  readonly lagging: readonly LaggingConsumer[];
  /** Durable consumers that nobody waits for, and that miss messages by this trim. */
  readonly overtaken: readonly string[];
}

/** Decides what to trim: the messages below `windowStart` that every awaited consumer has finished. */
export function planTrim(state: StreamState, windowStart: number, awaitedNames: readonly string[]): TrimPlan {
  const { firstSequence, lastSequence, consumers } = state;
  const missing = awaitedNames.filter(name => !consumers.some(consumer => consumer.name === name));
  const awaited = consumers.filter(({ name }) => awaitedNames.includes(name));
  const slowest = awaited.toSorted((a, b) => a.finishedThrough - b.finishedThrough)[0];
  const finishedBelow = slowest === undefined ? lastSequence + 1 : unfinishedFrom(slowest);
  const trimmable = missing.length > 0 ? firstSequence : Math.min(windowStart, finishedBelow);
  const keepFrom = Math.max(firstSequence, trimmable);
  return {
    keepFrom,
    missing,
    slowest,
    lagging: findLaggingConsumers(awaited, firstSequence, windowStart),
    overtaken: consumers
      .filter(consumer => !awaited.includes(consumer) && consumer.isDurable && consumer.hasUnfinished)
      .filter(consumer => Math.max(firstSequence, unfinishedFrom(consumer)) < keepFrom)
      .map(({ name }) => name),
  };
}

function findLaggingConsumers(
  consumers: readonly ConsumerProgress[],
  firstSequence: number,
  windowStart: number,
): LaggingConsumer[] {
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

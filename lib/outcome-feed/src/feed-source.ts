import type { FeedPosition } from './feed-position.ts';
import type { FilterableOutcome, OutcomeFilter } from './outcome-filter.ts';

/** An outcome in whatever form the source has it, and what filters ask for. */
export interface FoundOutcome<T> extends FilterableOutcome {
  readonly value: T;
  /** Of its encoded form. */
  readonly sizeBytes: number;
}

export interface FeedEvent<T> {
  /** Absent if only the position is news: everything up to it has been reported. */
  readonly outcome?: FoundOutcome<T>;
  /** After this outcome. */
  readonly position: FeedPosition;
}

/** Where a process gets its outcomes from. The first event of each iterable has no outcome: it says where it begins. */
export interface FeedSource<T> {
  /**
   * All outcomes from now on, over interruptions too. Throws if it can't go on, or not without a gap; ends when the
   * signal aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<FeedEvent<T>>;

  /**
   * Outcomes that match the filter, after a position; an event without outcome each time that none is left, and for
   * what was read and doesn't match. Reads no further ahead than its reader.
   *
   * @throws OutcomeFeedError RESUME_TOKEN_EXPIRED, RESUME_TOKEN_OF_LOST_STREAM
   */
  catchUp(filter: OutcomeFilter, after: FeedPosition, signal: AbortSignal): AsyncIterable<FeedEvent<T>>;
}

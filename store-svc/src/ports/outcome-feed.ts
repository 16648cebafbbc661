import type { FinishedAlert } from '@vigie/alert';
import type { FeedEvent, FeedPosition, OutcomeFilter } from '@vigie/outcome-feed';

export { EVERYTHING } from '@vigie/outcome-feed';

/** Outcomes as they are found. */
export interface OutcomeFeed {
  /**
   * The first event has no outcome: the watch has begun. Every outcome found after that is sent, at least once, those
   * of one status of a store in their order. Later events without outcome bring a newer position. The watch ends when
   * `signal` aborts.
   *
   * @param after where an earlier watch ended; from now on if undefined
   * @throws OutcomeFeedError
   */
  watch(
    filter: OutcomeFilter,
    after: FeedPosition | undefined,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<FinishedAlert>>;
}

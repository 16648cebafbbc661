import type { FinalStatus, FinishedAlert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';

export interface OutcomeFilter {
  /** Any store if undefined. */
  readonly store: string | undefined;
  readonly statuses: readonly FinalStatus[];
}

/** How far a watch has come: the last sequence seen of each of the two streams that outcomes travel on. */
export interface FeedPosition {
  readonly outcomes: number;
  readonly quarantine: number;
}

export interface FeedItem {
  readonly record: FinishedAlert;
  /** After this item. */
  readonly position: FeedPosition;
}

export interface OutcomeWatch {
  /** Where the watch begins. */
  readonly start: FeedPosition;
  readonly items: AsyncIterable<FeedItem>;
}

/** Outcomes as they are found. */
export interface OutcomeFeed {
  /**
   * Resolves once the watch has begun: every outcome found after that is sent, at least once, those of one status of a
   * store in their order. The watch ends when `signal` aborts.
   *
   * @param after where an earlier watch ended; from now on if undefined
   * @throws OutcomeFeedError
   */
  watch(filter: OutcomeFilter, after: FeedPosition | undefined, signal: AbortSignal): Promise<OutcomeWatch>;
}

export type OutcomeFeedErrorReason = 'FEED_UNREACHABLE' | 'RESUME_TOKEN_EXPIRED';

export class OutcomeFeedError extends ReasonedError<OutcomeFeedErrorReason> {
  override readonly name = 'OutcomeFeedError';
}

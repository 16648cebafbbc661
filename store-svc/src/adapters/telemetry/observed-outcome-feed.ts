import type { FinishedAlert } from '@vigie/alert';
import type { FeedEvent, FeedPosition, OutcomeFilter } from '@vigie/outcome-feed';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import type { StoreMetrics } from './store-metrics.ts';

/** An OutcomeFeed that counts who watches another one. */
export class ObservedOutcomeFeed implements OutcomeFeed {
  readonly #feed: OutcomeFeed;
  readonly #metrics: StoreMetrics;

  constructor(feed: OutcomeFeed, metrics: StoreMetrics) {
    this.#feed = feed;
    this.#metrics = metrics;
  }

  async *watch(
    filter: OutcomeFilter,
    after: FeedPosition | undefined,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<FinishedAlert>> {
    const end = this.#metrics.beginWatch();
    try {
      yield* this.#feed.watch(filter, after, signal);
    } finally {
      end();
    }
  }
}

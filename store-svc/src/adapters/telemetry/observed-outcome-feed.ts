import type { FeedItem, FeedPosition, OutcomeFeed, OutcomeFilter } from '../../ports/outcome-feed.ts';
import type { StoreMetrics } from './store-metrics.ts';

/** An OutcomeFeed that counts who watches another one. */
export class ObservedOutcomeFeed implements OutcomeFeed {
  readonly #feed: OutcomeFeed;
  readonly #metrics: StoreMetrics;

  constructor(feed: OutcomeFeed, metrics: StoreMetrics) {
    this.#feed = feed;
    this.#metrics = metrics;
  }

  async watch(filter: OutcomeFilter, after: FeedPosition | undefined, signal: AbortSignal) {
    const { start, items } = await this.#feed.watch(filter, after, signal);
    return { start, items: this.#counted(items) };
  }

  async *#counted(items: AsyncIterable<FeedItem>): AsyncIterable<FeedItem> {
    const end = this.#metrics.beginWatch();
    try {
      yield* items;
    } finally {
      end();
    }
  }
}

import type { FinishedAlert } from '@vigie/alert';
import {
  type FeedEvent,
  type FeedPosition,
  type OutcomeFilter,
  readEvents,
  SharedFeed,
  type SharedFeedOptions,
} from '@vigie/outcome-feed';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import { JetStreamOutcomeSource } from './jetstream-outcome-source.ts';
import type { JetStreamParts } from './outcome-streams.ts';

const OPTIONS: SharedFeedOptions = {
  recent: { maxOutcomes: 4_096, maxBytes: 8 * 1024 * 1024 },
  maxCatchUps: 16,
  maxReaderWaitMs: 30_000,
  progressMs: 1_000,
  // Longer than a gateway takes to restart, whose watches then come back.
  lingerMs: 5_000,
};

/** All watches of this process, over one consumer of each stream. */
export class JetStreamOutcomeFeed implements OutcomeFeed, Disposable {
  readonly #feed: SharedFeed<FinishedAlert>;

  constructor(parts: JetStreamParts) {
    this.#feed = new SharedFeed(new JetStreamOutcomeSource(parts), OPTIONS);
  }

  watch(
    filter: OutcomeFilter,
    after: FeedPosition | undefined,
    signal: AbortSignal,
  ): AsyncIterable<FeedEvent<FinishedAlert>> {
    return readEvents(this.#feed, filter, after, signal);
  }

  [Symbol.dispose](): void {
    this.#feed.end(new Error('The service stops.'));
  }
}

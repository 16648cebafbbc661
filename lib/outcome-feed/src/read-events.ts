import { addAbortListener } from 'node:events';
import type { FeedPosition } from './feed-position.ts';
import type { FeedEvent } from './feed-source.ts';
import type { OutcomeFilter } from './outcome-filter.ts';
import type { SharedFeed } from './shared-feed.ts';

/** A watch of a shared feed as an iterable; it ends when the signal aborts. */
export async function* readEvents<T>(
  feed: SharedFeed<T>,
  filter: OutcomeFilter,
  after: FeedPosition | undefined,
  signal: AbortSignal,
): AsyncIterable<FeedEvent<T>> {
  let wake = (): void => {};
  const reader = feed.open(filter, after, () => wake());
  using _ = addAbortListener(signal, () => wake());
  try {
    while (!signal.aborted) {
      const ready = Promise.withResolvers<void>();
      wake = ready.resolve;
      const event = reader.read();
      if (event === undefined) await ready.promise;
      else yield event;
    }
  } finally {
    reader.close();
  }
}

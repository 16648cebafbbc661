export { FEED_PARTS, type FeedPart, type FeedPosition, type StreamPosition } from './feed-position.ts';
export type { FeedReader } from './feed-reader.ts';
export type { FeedEvent, FeedSource, FoundOutcome } from './feed-source.ts';
export { OutcomeFeedError, type OutcomeFeedErrorReason } from './outcome-feed-error.ts';
export {
  EVERYTHING,
  FINAL_STATUSES,
  type FilterableOutcome,
  matches,
  type OutcomeFilter,
  partsOf,
} from './outcome-filter.ts';
export { readEvents } from './read-events.ts';
export { SharedFeed, type SharedFeedOptions } from './shared-feed.ts';

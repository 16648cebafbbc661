import { type FeedPosition, hasReached, partOf } from './feed-position.ts';
import type { FeedEvent, FoundOutcome } from './feed-source.ts';
import { OutcomeFeedError } from './outcome-feed-error.ts';
import { matches, type OutcomeFilter, partsOf } from './outcome-filter.ts';
import type { OutcomeEvent, RecentOutcomes } from './recent-outcomes.ts';

/** The recent outcomes that match one filter, for all who read them. */
export class Topic<T> {
  readonly filter: OutcomeFilter;
  readonly parts: ReturnType<typeof partsOf>;
  readonly recent: RecentOutcomes<T>;
  readonly #onUnused: (topic: Topic<T>) => void;
  readonly #cursors = new Set<TopicCursor<T>>();

  constructor(filter: OutcomeFilter, recent: RecentOutcomes<T>, onUnused: (topic: Topic<T>) => void) {
    this.filter = filter;
    this.parts = partsOf(filter);
    this.recent = recent;
    this.#onUnused = onUnused;
  }

  add(cursor: TopicCursor<T>): void {
    this.#cursors.add(cursor);
  }

  remove(cursor: TopicCursor<T>): void {
    if (this.#cursors.delete(cursor) && this.#cursors.size === 0) this.#onUnused(this);
  }

  matches(outcome: FoundOutcome<T>): boolean {
    return matches(this.filter, outcome);
  }

  /** An outcome that matches came: wakes those who have read all before it. */
  wake(index: number): void {
    for (const cursor of this.#cursors) cursor.wake(index);
  }

  /** An outcome that matches is no longer among the recent ones: ends those who haven't read it. */
  drop(index: number): void {
    for (const cursor of this.#cursors) cursor.drop(index);
  }
}

/** Whoever reads by a cursor. */
export interface CursorReader {
  /** There is something to read. */
  wake(): void;
  fail(error: OutcomeFeedError): void;
}

/** Where one reader of a topic has come. */
export class TopicCursor<T> {
  readonly #topic: Topic<T>;
  readonly #reader: CursorReader;
  /** The index of the next outcome to look at. */
  #next: number;
  /** Outcomes up to this position are known to the reader. Undefined once all that come are later. */
  #known: FeedPosition | undefined;
  #isWaiting = false;

  /** @param known undefined if the reader begins with the next outcome that comes */
  constructor(topic: Topic<T>, known: FeedPosition | undefined, reader: CursorReader) {
    this.#topic = topic;
    this.#reader = reader;
    this.#known = known;
    this.#next = known === undefined ? topic.recent.end : topic.recent.first;
    topic.add(this);
  }

  /**
   * The next outcome that matches; an event without outcome once a reader that began before the latest ones has read
   * them; undefined if there is none: the reader is told when there is.
   */
  read(): FeedEvent<T> | undefined {
    const { recent } = this.#topic;
    for (let index = Math.max(this.#next, recent.first); index < recent.end; index++) {
      const event = recent.at(index);
      if (!this.#topic.matches(event.outcome) || this.#knows(event)) continue;
      this.#next = index + 1;
      return event;
    }
    this.#next = recent.end;
    if (this.#passesKnown()) return { position: recent.head };
    this.#isWaiting = true;
    return undefined;
  }

  /** Up to where all that matches has been read; undefined while there is more to read. */
  findProgress(): FeedPosition | undefined {
    if (this.#isWaiting) this.#passesKnown();
    return this.#isWaiting && this.#known === undefined ? this.#topic.recent.head : undefined;
  }

  wake(index: number): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#next = index;
    this.#reader.wake();
  }

  drop(index: number): void {
    if (this.#isWaiting || this.#next > index) return;
    this.#reader.fail(new OutcomeFeedError('WATCH_FELL_BEHIND', 'The reader is slower than outcomes come.'));
  }

  close(): void {
    this.#topic.remove(this);
  }

  #knows({ outcome, position }: OutcomeEvent<T>): boolean {
    return this.#known !== undefined && hasReached(this.#known, position, [partOf(outcome.status)]);
  }

  /** Whether all that comes from now on is later than what the reader knew when it began, and was not yet before. */
  #passesKnown(): boolean {
    if (this.#known === undefined || !hasReached(this.#topic.recent.head, this.#known, this.#topic.parts)) return false;
    this.#known = undefined;
    return true;
  }
}

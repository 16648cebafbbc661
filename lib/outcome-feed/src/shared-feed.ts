import { Slots } from '@vigie/service-kit/async';
import { CatchUp } from './catch-up.ts';
import { type FeedPosition, hasReached } from './feed-position.ts';
import { FeedReader } from './feed-reader.ts';
import type { FeedEvent, FeedSource } from './feed-source.ts';
import { OutcomeFeedError } from './outcome-feed-error.ts';
import { type OutcomeFilter, partsOf } from './outcome-filter.ts';
import { type OutcomeEvent, type RecentLimits, RecentOutcomes } from './recent-outcomes.ts';
import { Topic, TopicCursor } from './topic.ts';
import { Topics } from './topics.ts';

export interface SharedFeedOptions {
  /** The recent outcomes that are kept for all. A watch that falls further behind ends. */
  readonly recent: RecentLimits;
  /** How many watches at once have a subscription of their own, to catch up. */
  readonly maxCatchUps: number;
  /** How long, all in all, a subscription of its own waits for its reader. */
  readonly maxReaderWaitMs: number;
  /** How often a watch learns how far it has come, while it catches up with outcomes that it doesn't want. */
  readonly progressMs: number;
  /** How long the shared subscription goes on once nobody watches: whoever comes back finds what it missed. */
  readonly lingerMs: number;
  /**
   * Resolves once all watches that were ready have had their turn to read; absent if they read at once. The feed takes
   * nothing more meanwhile, each time that half of the recent outcomes are new: so only a watch whose client is slow
   * falls behind, never one that its own process is too busy for.
   */
  readonly turnOver?: () => Promise<void>;
}

interface WaitingReader<T> {
  readonly reader: FeedReader<T>;
  readonly filter: OutcomeFilter;
  readonly after: FeedPosition | undefined;
}

/**
 * One subscription to all outcomes, and any number of watches that read what it brings, each with its own filter and at
 * its own pace. Nobody waits for a slow one: it falls behind and ends. A watch that begins before the recent outcomes
 * reads a subscription of its own until it reaches them.
 */
export class SharedFeed<T> {
  readonly #source: FeedSource<T>;
  readonly #options: SharedFeedOptions;
  readonly #catchUps: Slots;
  readonly #readers = new Set<FeedReader<T>>();
  /** Those that wait for the shared subscription. */
  #waiting: WaitingReader<T>[] = [];
  /** Undefined while nothing is followed. */
  #following: AbortController | undefined;
  /** Undefined until the subscription has begun. */
  #recent: RecentOutcomes<T> | undefined;
  #topics = new Topics<T>();
  #linger: NodeJS.Timeout | undefined;

  constructor(source: FeedSource<T>, options: SharedFeedOptions) {
    this.#source = source;
    this.#options = options;
    this.#catchUps = new Slots(options.maxCatchUps);
  }

  get watches(): number {
    return this.#readers.size;
  }

  /**
   * Begins a watch.
   *
   * @param after where an earlier watch ended; from now on if undefined
   * @param onReady told when there is something to read, or the watch is over
   */
  open(filter: OutcomeFilter, after: FeedPosition | undefined, onReady: () => void): FeedReader<T> {
    const reader = new FeedReader<T>(onReady, closed => this.#forget(closed));
    this.#readers.add(reader);
    clearTimeout(this.#linger);
    if (this.#following === undefined) this.#follow();
    const waiting = { reader, filter, after };
    if (this.#recent === undefined) this.#waiting.push(waiting);
    else this.#begin(waiting, this.#recent);
    return reader;
  }

  /** Ends all watches. */
  end(error: Error): void {
    clearTimeout(this.#linger);
    this.#following?.abort();
    this.#following = undefined;
    this.#recent = undefined;
    this.#topics = new Topics();
    this.#waiting = [];
    for (const reader of [...this.#readers]) reader.fail(error);
  }

  #follow(): void {
    const following = new AbortController();
    this.#following = following;
    void this.#readAll(following.signal).catch(error => {
      if (!following.signal.aborted) this.end(error);
    });
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const { recent: limits, turnOver = async () => {} } = this.#options;
    let added = 0;
    let addedBytes = 0;
    for await (const event of this.#source.follow(signal)) {
      if (signal.aborted) return;
      if (this.#recent === undefined) this.#beginAll(new RecentOutcomes(event.position, this.#options.recent));
      else if (hasOutcome(event)) this.#add(event, this.#recent);
      else this.#recent.advance(event.position);
      added++;
      addedBytes += event.outcome?.sizeBytes ?? 0;
      if (added < limits.maxOutcomes / 2 && addedBytes < limits.maxBytes / 2) continue;
      added = 0;
      addedBytes = 0;
      await turnOver();
    }
    throw new OutcomeFeedError('FEED_UNREACHABLE', 'The source of outcomes has ended.');
  }

  #beginAll(recent: RecentOutcomes<T>): void {
    this.#recent = recent;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.#begin(each, recent);
  }

  #begin(waiting: WaitingReader<T>, recent: RecentOutcomes<T>): void {
    const { reader, filter, after } = waiting;
    if (after === undefined) {
      reader.switchTo(this.#cursor(waiting, recent, undefined), { position: recent.head });
    } else if (isAmong(recent, after, filter)) {
      reader.switchTo(this.#cursor(waiting, recent, after), { position: after });
    } else {
      reader.switchTo(this.#catchUp(waiting, after));
    }
  }

  #catchUp(waiting: WaitingReader<T>, after: FeedPosition): CatchUp<T> {
    const { reader, filter } = waiting;
    const { maxReaderWaitMs, progressMs } = this.#options;
    return new CatchUp({
      slots: this.#catchUps,
      maxReaderWaitMs,
      progressMs,
      open: signal => this.#source.catchUp(filter, after, signal),
      reader,
      reachesRecent: ({ position }) => {
        const recent = this.#recent;
        if (recent === undefined || !hasReached(position, recent.start, partsOf(filter))) return false;
        reader.switchTo(this.#cursor(waiting, recent, position));
        return true;
      },
    });
  }

  #cursor(
    { reader, filter }: WaitingReader<T>,
    recent: RecentOutcomes<T>,
    known: FeedPosition | undefined,
  ): TopicCursor<T> {
    return new TopicCursor(this.#topicOf(filter, recent), known, reader);
  }

  #topicOf(filter: OutcomeFilter, recent: RecentOutcomes<T>): Topic<T> {
    const topics = this.#topics;
    const found = topics.find(filter);
    if (found !== undefined) return found;
    const topic = new Topic(filter, recent, unused => topics.delete(unused));
    topics.add(topic);
    return topic;
  }

  #add(event: OutcomeEvent<T>, recent: RecentOutcomes<T>): void {
    const index = recent.end;
    recent.push(event, (droppedIndex, dropped) => {
      for (const topic of this.#topics.matching(dropped)) topic.drop(droppedIndex);
    });
    for (const topic of this.#topics.matching(event.outcome)) topic.wake(index);
  }

  #forget(reader: FeedReader<T>): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0 || this.#following === undefined) return;
    this.#linger = setTimeout(() => this.end(new Error('Nobody watches.')), this.#options.lingerMs);
    this.#linger.unref();
  }
}

function hasOutcome<T>(event: FeedEvent<T>): event is OutcomeEvent<T> {
  return event.outcome !== undefined;
}

/** Whether all outcomes after the position are among the recent ones, and the position isn't ahead of them. */
function isAmong<T>(recent: RecentOutcomes<T>, position: FeedPosition, filter: OutcomeFilter): boolean {
  const parts = partsOf(filter);
  return hasReached(position, recent.start, parts) && hasReached(recent.head, position, parts);
}

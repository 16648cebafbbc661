import { type Slots, settlesWithin } from '@vigie/service-kit/async';
import type { FeedInput, FeedReader } from './feed-reader.ts';
import type { FeedEvent } from './feed-source.ts';
import { OutcomeFeedError } from './outcome-feed-error.ts';

export interface CatchUpParts<T> {
  /** How many catch up at once: the others wait. */
  readonly slots: Slots;
  /** How long, all in all, it waits for its reader: a slow one would keep its slot from the others. */
  readonly maxReaderWaitMs: number;
  /** How often the reader is given a position alone. */
  readonly progressMs: number;
  readonly open: (signal: AbortSignal) => AsyncIterable<FeedEvent<T>>;
  readonly reader: Pick<FeedReader<T>, 'wake' | 'fail'>;
  /** Told of each event before it is read. @returns whether this was the last one to read from here */
  readonly reachesRecent: (event: FeedEvent<T>) => boolean;
}

/** Reads one watch's own subscription, no faster than its reader, until it reaches the outcomes that all share. */
export class CatchUp<T> implements FeedInput<T> {
  readonly #parts: CatchUpParts<T>;
  readonly #closed = new AbortController();
  #event: FeedEvent<T> | undefined;
  /** When the reader was given something last. */
  #givenAt = Number.NEGATIVE_INFINITY;
  #readerWaitMs = 0;
  #wasRead = (): void => {};

  constructor(parts: CatchUpParts<T>) {
    this.#parts = parts;
    void this.#run().catch(error => {
      if (!this.#closed.signal.aborted) parts.reader.fail(error);
    });
  }

  read(): FeedEvent<T> | undefined {
    const event = this.#event;
    this.#event = undefined;
    if (event !== undefined) this.#wasRead();
    return event;
  }

  findProgress(): undefined {
    return undefined;
  }

  close(): void {
    this.#closed.abort();
    this.#wasRead();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    const { slots, open, reachesRecent } = this.#parts;
    using _ = await slots.take(signal);
    for await (const event of open(signal)) {
      if (signal.aborted) return;
      if (this.#isWorthGiving(event)) await this.#give(event);
      if (signal.aborted || reachesRecent(event)) return;
    }
    throw new OutcomeFeedError('FEED_UNREACHABLE', 'The source of outcomes has ended.');
  }

  /** Outcomes, the first event, which says where the watch begins, and now and then how far it has come. */
  #isWorthGiving({ outcome }: FeedEvent<T>): boolean {
    return outcome !== undefined || performance.now() - this.#givenAt >= this.#parts.progressMs;
  }

  async #give(event: FeedEvent<T>): Promise<void> {
    const read = Promise.withResolvers<void>();
    this.#event = event;
    this.#wasRead = read.resolve;
    const startedAt = performance.now();
    this.#parts.reader.wake();
    const wasRead = await settlesWithin(read.promise, this.#parts.maxReaderWaitMs - this.#readerWaitMs);
    this.#givenAt = performance.now();
    this.#readerWaitMs += this.#givenAt - startedAt;
    if (!wasRead) throw new OutcomeFeedError('WATCH_FELL_BEHIND', 'The reader is too slow to catch up.');
  }
}

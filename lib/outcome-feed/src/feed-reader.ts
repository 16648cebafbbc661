import type { FeedPosition } from './feed-position.ts';
import type { FeedEvent } from './feed-source.ts';
import { OutcomeFeedError } from './outcome-feed-error.ts';

/** What a reader reads from at the moment. */
export interface FeedInput<T> {
  /** The next event; undefined if there is none yet: the reader is told when there is. */
  read(): FeedEvent<T> | undefined;
  /** Up to where everything has been read; undefined while there is more to read. */
  findProgress(): FeedPosition | undefined;
  close(): void;
}

const NOTHING_YET: FeedInput<never> = {
  read: () => undefined,
  findProgress: () => undefined,
  close() {},
};

/** One watch of a shared feed. Its owner reads when it is told to, and again until nothing is left. */
export class FeedReader<T> {
  readonly #onReady: () => void;
  readonly #onClose: (reader: FeedReader<T>) => void;
  #input: FeedInput<T> = NOTHING_YET;
  /** To be read before what the input has. */
  #first: FeedEvent<T> | undefined;
  #position: FeedPosition | undefined;
  #error: Error | undefined;

  constructor(onReady: () => void, onClose: (reader: FeedReader<T>) => void) {
    this.#onReady = onReady;
    this.#onClose = onClose;
  }

  /** Why the watch is over, whether or not that was read; undefined while it goes on. */
  get error(): Error | undefined {
    return this.#error;
  }

  /**
   * The first event has no outcome: it says where the watch begins. Later ones have none if only the position is news.
   *
   * @returns undefined if there is nothing to read: `onReady` is called when there is
   * @throws OutcomeFeedError, or whatever the source threw, once the watch is over
   */
  read(): FeedEvent<T> | undefined {
    if (this.#error !== undefined) throw this.#error;
    const event = this.#first ?? this.#input.read();
    this.#first = undefined;
    if (event !== undefined) this.#position = event.position;
    return event;
  }

  /**
   * The position up to which everything was read, where that is news: of a watch whose filter seldom matches, it moves
   * on while nothing is read.
   */
  findProgress(): FeedPosition | undefined {
    const progress = this.#input.findProgress();
    if (progress === undefined || progress === this.#position) return undefined;
    this.#position = progress;
    return progress;
  }

  close(): void {
    this.#end(new Error('The reader is closed.'));
  }

  /** For the feed: there is something to read. */
  wake(): void {
    this.#onReady();
  }

  /** For the feed: the watch goes on with this input, after `first` if that is given. */
  switchTo(input: FeedInput<T>, first?: FeedEvent<T>): void {
    const isOver = this.#error !== undefined;
    (isOver ? input : this.#input).close();
    if (isOver) return;
    this.#input = input;
    this.#first = first;
    this.#onReady();
  }

  /** For the feed: the watch is over. */
  fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#end(this.#withPosition(error));
    this.#onReady();
  }

  #end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#input.close();
    this.#input = NOTHING_YET;
    this.#onClose(this);
  }

  /** Only the reader knows how far it has come. */
  #withPosition(error: Error): Error {
    const position = this.#position;
    if (!(error instanceof OutcomeFeedError) || error.reason !== 'WATCH_FELL_BEHIND' || position === undefined)
      return error;
    return new OutcomeFeedError(error.reason, error.message, { position });
  }
}

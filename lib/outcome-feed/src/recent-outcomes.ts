import type { FeedPosition } from './feed-position.ts';
import type { FeedEvent, FoundOutcome } from './feed-source.ts';

export interface RecentLimits {
  readonly maxOutcomes: number;
  readonly maxBytes: number;
}

export type OutcomeEvent<T> = FeedEvent<T> & { readonly outcome: FoundOutcome<T> };

/** The latest outcomes in the order in which they came, as many as the limits allow. Each has an index that stays. */
export class RecentOutcomes<T> {
  readonly #limits: RecentLimits;
  /** The event of an index is at the index modulo the length. */
  readonly #events: (OutcomeEvent<T> | undefined)[];
  #first = 0;
  #end = 0;
  #bytes = 0;
  #start: FeedPosition;
  #head: FeedPosition;

  constructor(start: FeedPosition, limits: RecentLimits) {
    this.#limits = limits;
    this.#events = new Array(limits.maxOutcomes);
    this.#start = start;
    this.#head = start;
  }

  /** Every outcome after this position is here. */
  get start(): FeedPosition {
    return this.#start;
  }

  /** Up to where all outcomes have come. */
  get head(): FeedPosition {
    return this.#head;
  }

  /** The index of the oldest outcome. */
  get first(): number {
    return this.#first;
  }

  /** The index that the next outcome will have. */
  get end(): number {
    return this.#end;
  }

  /** @param index from `first` to `end`, exclusive */
  at(index: number): OutcomeEvent<T> {
    return this.#events[index % this.#events.length] as OutcomeEvent<T>;
  }

  /** Nothing came, but all outcomes up to this position have. */
  advance(position: FeedPosition): void {
    this.#head = position;
  }

  /** @param onDropped told of each outcome for which there is no room any more */
  push(event: OutcomeEvent<T>, onDropped: (index: number, outcome: FoundOutcome<T>) => void): void {
    const { maxOutcomes, maxBytes } = this.#limits;
    while (this.#end - this.#first >= maxOutcomes) this.#drop(onDropped);
    this.#events[this.#end++ % this.#events.length] = event;
    this.#bytes += event.outcome.sizeBytes;
    this.#head = event.position;
    // At least the newest stays, however large it is.
    while (this.#bytes > maxBytes && this.#end - this.#first > 1) this.#drop(onDropped);
  }

  #drop(onDropped: (index: number, outcome: FoundOutcome<T>) => void): void {
    const index = this.#first++;
    const { outcome, position } = this.at(index);
    this.#events[index % this.#events.length] = undefined;
    this.#bytes -= outcome.sizeBytes;
    this.#start = position;
    onDropped(index, outcome);
  }
}

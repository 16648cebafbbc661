import { processClock, type Stopwatch } from '../async/process-clock.ts';

export interface WaitingBounds {
  /** Of those that have waited for `minWaitMs` or longer. */
  readonly max: number;
  /** Whoever has not waited for so long may still be read: a client can't before the event loop has sent it. */
  readonly minWaitMs: number;
  /** Of all together. */
  readonly maxInBurst: number;
}

interface Waiting {
  readonly watch: Stopwatch;
  readonly end: () => void;
}

/** A bounded number of things that wait for their clients: with one too many the one that has waited longest ends. */
export class OldestGoes {
  readonly #bounds: WaitingBounds;
  readonly #startWatch: () => Stopwatch;
  /** The oldest first. */
  readonly #waiting = new Set<Waiting>();

  /**
   * @param startWatch by a clock that leaves out what holds up this process: in a flood its answers have not left yet
   *   however fast their clients read
   */
  constructor(bounds: WaitingBounds, startWatch: () => Stopwatch = () => processClock.startWatch()) {
    this.#bounds = bounds;
    this.#startWatch = startWatch;
  }

  /**
   * @param end is called if it is the one to go
   * @returns dispose of it once it is over
   */
  add(end: () => void): Disposable {
    const waiting = { watch: this.#startWatch(), end };
    this.#waiting.add(waiting);
    this.#makeRoom();
    return { [Symbol.dispose]: () => this.#remove(waiting) };
  }

  #makeRoom(): void {
    const { max, minWaitMs, maxInBurst } = this.#bounds;
    for (const waiting of this.#waiting) {
      const { size } = this.#waiting;
      if (size <= max) return;
      if (size <= maxInBurst && waiting.watch.elapsedMs < minWaitMs) return;
      this.#remove(waiting);
      waiting.end();
    }
  }

  #remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    waiting.watch[Symbol.dispose]();
  }
}

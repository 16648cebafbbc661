import { processClock } from '../async/process-clock.ts';

export interface WaitingBounds {
  /** Of those that have waited for `minWaitMs` or longer. */
  readonly max: number;
  /** Whoever has not waited for so long may still be read: a client can't before the event loop has sent it. */
  readonly minWaitMs: number;
  /** Of all together. */
  readonly maxInBurst: number;
}

interface Waiting {
  readonly since: number;
  readonly end: () => void;
}

/** A bounded number of things that wait for their clients: with one too many the one that has waited longest ends. */
export class OldestGoes {
  readonly #bounds: WaitingBounds;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #waiting = new Set<Waiting>();

  /**
   * @param now in milliseconds, by a clock that doesn't go back: in a flood the process itself is held up, and its
   *   answers have not left yet however fast their clients read
   */
  constructor(bounds: WaitingBounds, now: () => number = () => processClock.now()) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /**
   * @param end is called if it is the one to go
   * @returns dispose of it once it is over
   */
  add(end: () => void): Disposable {
    const waiting = { since: this.#now(), end };
    this.#waiting.add(waiting);
    this.#makeRoom();
    return { [Symbol.dispose]: () => void this.#waiting.delete(waiting) };
  }

  #makeRoom(): void {
    const { max, minWaitMs, maxInBurst } = this.#bounds;
    for (const waiting of this.#waiting) {
      const { size } = this.#waiting;
      if (size <= max) return;
      if (size <= maxInBurst && waiting.since > this.#now() - minWaitMs) return;
      this.#waiting.delete(waiting);
      waiting.end();
    }
  }
}

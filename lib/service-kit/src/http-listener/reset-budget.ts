export interface ResetBounds {
  /** Streams of a connection that may be reset in one moment. */
  readonly maxResets: number;
  /** How many of them are forgotten a second. */
  readonly resetsPerSecond: number;
}

/**
 * Counts the streams of a connection that end before they are answered. Opening streams and resetting them costs a
 * client next to nothing, and the server a call each (rapid reset, CVE-2023-44487).
 */
export class ResetBudget {
  readonly #bounds: ResetBounds;
  #resets = 0;
  #countedAt = 0;

  constructor(bounds: ResetBounds) {
    this.#bounds = bounds;
  }

  /**
   * @param now in milliseconds, by any clock that doesn't go back
   * @returns whether that was one too many
   */
  spend(now: number): boolean {
    const forgotten = ((now - this.#countedAt) / 1_000) * this.#bounds.resetsPerSecond;
    this.#resets = Math.max(0, this.#resets - forgotten) + 1;
    this.#countedAt = now;
    return this.#resets > this.#bounds.maxResets;
  }
}

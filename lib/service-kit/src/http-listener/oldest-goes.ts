/** A bounded number of things that wait for their clients: with one too many the one that has waited longest ends. */
export class OldestGoes {
  readonly #max: number;
  /** What ends each; the oldest first. */
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * @param end is called if it is the one to go
   * @returns dispose of it once it is over
   */
  add(end: () => void): Disposable {
    this.#waiting.add(end);
    if (this.#waiting.size > this.#max) this.#endOldest();
    return { [Symbol.dispose]: () => void this.#waiting.delete(end) };
  }

  #endOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    oldest();
  }
}

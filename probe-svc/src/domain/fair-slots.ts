/**
 * A number of places that parties share. One may hold as many as are free, so half of all when it is alone, and something is
 * left for whoever comes next: the dynamic threshold of Choudhury and Hahne, "Dynamic queue length thresholds for
 * shared-memory packet switches" (1998). Parties that wait are served in turn, and each of them in the order of asking.
 */
export class FairSlots {
  readonly #heldBy = new Map<string, number>();
  /**
   * Whoever waits, the party first whose turn is next. None of these parties may hold more as things are: taking a place and
   * leaving the queue only make that truer, and freeing a place serves those that it suffices for.
   */
  readonly #queues = new Map<string, Set<() => void>>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  get freeCount(): number {
    return this.#free;
  }

  heldBy(party: string): number {
    return this.#heldBy.get(party) ?? 0;
  }

  /** Disposing of it frees the place. `undefined` if the party has to wait. */
  tryTake(party: string): Disposable | undefined {
    return this.#mayTake(party) ? this.#give(party) : undefined;
  }

  /** Disposing of it frees the place. Rejects with the signal's reason when that aborts first. */
  async take(party: string, signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    return this.tryTake(party) ?? (await this.#wait(party, signal));
  }

  #wait(party: string, signal: AbortSignal | undefined): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const onAbort = (): void => {
      this.#leave(party, onTurn);
      reject(signal?.reason);
    };
    const onTurn = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve(this.#give(party));
    };
    const queue = this.#queues.get(party);
    if (queue === undefined) this.#queues.set(party, new Set([onTurn]));
    else queue.add(onTurn);
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  #leave(party: string, onTurn: () => void): void {
    const queue = this.#queues.get(party);
    queue?.delete(onTurn);
    if (queue?.size === 0) this.#queues.delete(party);
  }

  #mayTake(party: string): boolean {
    return this.heldBy(party) < this.#free;
  }

  #give(party: string): Disposable {
    this.#free--;
    this.#heldBy.set(party, this.heldBy(party) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#takeBack(party);
        held = false;
      },
    };
  }

  #takeBack(party: string): void {
    this.#free++;
    const held = this.heldBy(party) - 1;
    if (held === 0) this.#heldBy.delete(party);
    else this.#heldBy.set(party, held);
    this.#serve();
  }

  #serve(): void {
    for (const [party, queue] of this.#queues) {
      if (this.#free === 0) return;
      if (!this.#mayTake(party)) continue;
      // Its next turn comes after those of all others: a map is walked in the order of setting, to its new end.
      this.#queues.delete(party);
      this.#queues.set(party, queue);
      const [onTurn] = queue;
      if (onTurn === undefined) continue;
      this.#leave(party, onTurn);
      onTurn();
    }
  }
}

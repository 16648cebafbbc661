import { addAbortListener } from 'node:events';

/**
 * A number of places; who finds none free waits, first come, first served. A place is held until it is given back,
 * which may be later than its taker stops waiting for the work (p-limit and p-queue give it back when the promise
 * settles).
 */
export class Slots {
  readonly #count: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(count: number) {
    this.#count = count;
  }

  get allFree(): boolean {
    return this.#taken === 0;
  }

  /** Disposing of it frees the place. Rejects with the signal's reason when that aborts first. */
  async take(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#taken < this.#count) this.#taken++;
    // A place is passed on as it is.
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#free();
        held = false;
      },
    };
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    using _ =
      signal &&
      addAbortListener(signal, () => {
        // Whoever was given a place in this very moment has it.
        if (this.#waiting.delete(resolve)) reject(signal.reason);
      });
    await promise;
  }

  #free(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

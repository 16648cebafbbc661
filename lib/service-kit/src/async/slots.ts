import { addAbortListener } from 'node:events';

interface Waiter {
  readonly places: number;
  readonly onTurn: () => void;
}

/**
 * A number of places; who finds none free waits, first come, first served. A place is held until it is given back,
 * which may be later than its taker stops waiting for the work (p-limit and p-queue give it back when the promise
 * settles).
 */
export class Slots {
  readonly #count: number;
  readonly #waiting = new Set<Waiter>();
  #taken = 0;

  constructor(count: number) {
    this.#count = count;
  }

  get allFree(): boolean {
    return this.#taken === 0;
  }

  /** Disposing of it frees the place. `undefined` if there is none free, or somebody waits for one. */
  tryTake(): Disposable | undefined {
    return this.#isFree(1) ? this.#give(1) : undefined;
  }

  /** Disposing of it frees the place. Rejects with the signal's reason when that aborts first. */
  take(signal?: AbortSignal): Promise<Disposable> {
    return this.#take(1, signal);
  }

  /** Takes every place, once all are free: for work that has to be alone. Whoever asks later waits until it is done. */
  takeAll(signal?: AbortSignal): Promise<Disposable> {
    return this.#take(this.#count, signal);
  }

  async #take(places: number, signal: AbortSignal | undefined): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#isFree(places)) return this.#give(places);
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiter = { places, onTurn: () => resolve(this.#give(places)) };
    this.#waiting.add(waiter);
    using _ =
      signal &&
      addAbortListener(signal, () => {
        // Whoever was given a place in this very moment has it.
        if (!this.#waiting.delete(waiter)) return;
        reject(signal.reason);
        this.#serve();
      });
    return await promise;
  }

  #isFree(places: number): boolean {
    return this.#waiting.size === 0 && this.#taken + places <= this.#count;
  }

  #give(places: number): Disposable {
    this.#taken += places;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#taken -= places;
        held = false;
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (this.#taken + waiter.places > this.#count) return;
      this.#waiting.delete(waiter);
      waiter.onTurn();
    }
  }
}

/** A number of places; who finds none waits, first come, first served. */
export class Slots {
  readonly #count: number;
  readonly #waiting: (() => void)[] = [];
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
    return { [Symbol.dispose]: () => this.#free() };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(onTurn), 1);
      reject(signal?.reason);
    };
    const onTurn = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    this.#waiting.push(onTurn);
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  #free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken--;
    else next();
  }
}

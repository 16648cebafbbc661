export interface BatcherOptions<T, R> {
  /** Most items of one batch. */
  readonly maxSize: number;
  /** Handles a batch and returns one result per item, in the batch's order. Throws if the batch failed as a whole. */
  readonly flush: (items: readonly T[]) => Promise<readonly R[]>;
  /**
   * Whether the error is due to the content of some item. The batch is then tried again in halves, until only such
   * items fail.
   */
  readonly isItemError?: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers items while a batch is under way and sends them as the next one: no timer, so a lone item goes at once and a
 * busy stream gets large batches.
 */
export class Batcher<T, R> {
  readonly #options: BatcherOptions<T, R>;
  #waiting: Waiting<T, R>[] = [];
  #running = false;

  constructor(options: BatcherOptions<T, R>) {
    this.#options = options;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // What else arrives in this turn of the event loop belongs to the first batch.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxSize);
      await this.#flush(batch);
    }
    this.#running = false;
  }

  async #flush(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new Error(`A batch of ${batch.length} items got ${results.length} results.`);
      }
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as R);
    } catch (error) {
      if (batch.length > 1 && this.#options.isItemError?.(error) === true) {
        const middle = Math.ceil(batch.length / 2);
        await this.#flush(batch.slice(0, middle));
        await this.#flush(batch.slice(middle));
        return;
      }
      for (const { reject } of batch) reject(error);
    }
  }
}

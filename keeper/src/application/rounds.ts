export interface RoundsOptions {
  readonly round: () => Promise<void>;
  /** From the end of one round to the begin of the next. */
  readonly intervalMs: number;
  /** Called after each round, with its fault if it had one. */
  readonly onEnd: (fault: Error | undefined) => void;
}

/** Rounds, one after the other, until disposed of; that waits for the one under way. */
export class Rounds implements AsyncDisposable {
  readonly #options: RoundsOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #stopping = false;
  readonly #running: Promise<void>;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const fault = await this.#options.round().then(
        () => undefined,
        error => error as Error,
      );
      this.#options.onEnd(fault);
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const passed = Promise.withResolvers<void>();
    const timer = setTimeout(passed.resolve, this.#options.intervalMs);
    await Promise.race([passed.promise, this.#stopped.promise]);
    clearTimeout(timer);
  }
}

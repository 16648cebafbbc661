import { settlesWithin } from '@vigie/service-kit/async';

export interface RetentionLoopOptions {
  readonly pass: () => Promise<void>;
  /** From the end of one pass to the start of the next. */
  readonly intervalMs: number;
  /** Called after each pass, with its error if it failed. */
  readonly onEnd: (error: Error | undefined) => void;
  /**
   * How long a pass that is running may go on after disposal began. A pass that is cut off has trimmed some streams and
   * not others.
   */
  readonly shutdownGraceMs: number;
}

/** Runs one pass after the other until it is disposed of. */
export class RetentionLoop implements AsyncDisposable {
  readonly #options: RetentionLoopOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #stopping = false;
  readonly #running: Promise<void>;

  constructor(options: RetentionLoopOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    await settlesWithin(this.#running, this.#options.shutdownGraceMs);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const error = await this.#options.pass().then(
        () => undefined,
        error => error as Error,
      );
      this.#options.onEnd(error);
      await settlesWithin(this.#stopped.promise, this.#options.intervalMs);
    }
  }
}

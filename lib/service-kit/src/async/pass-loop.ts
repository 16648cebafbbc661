import { pause } from './pause.ts';
import { settlesWithin } from './settles-within.ts';

export interface PassLoopOptions {
  /** The signal aborts once the loop is disposed of. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /** From the end of one pass to the start of the next. */
  readonly intervalMs: number;
  /** Called after each pass, with its error if it failed. */
  readonly onEnd: (error: Error | undefined) => void;
  /** How long a pass that is running may go on after disposal began; then it is cut off. */
  readonly shutdownGraceMs: number;
}

/** Runs one pass after the other until it is disposed of. */
export class PassLoop implements AsyncDisposable {
  readonly #options: PassLoopOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: PassLoopOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await settlesWithin(this.#running, this.#options.shutdownGraceMs);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const error = await this.#options.pass(this.#stopping.signal).then(
        () => undefined,
        error => error as Error,
      );
      this.#options.onEnd(error);
      await pause(this.#options.intervalMs, this.#stopping.signal);
    }
  }
}

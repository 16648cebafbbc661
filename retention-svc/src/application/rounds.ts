import { settlesWithin } from '@vigie/service-kit/async';

export interface RoundsOptions {
  readonly round: () => Promise<void>;
  /** From the end of one round to the begin of the next. */
  readonly intervalMs: number;
  /** Called after each round, with its fault if it had one. */
  readonly onEnd: (fault: Error | undefined) => void;
  /** How long the round under way may go on when it is time to stop; cut off, it has done nothing by halves. */
  readonly shutdownGraceMs: number;
}

/** Rounds, one after the other, until disposed of. */
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
    await settlesWithin(this.#running, this.#options.shutdownGraceMs);
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
    await settlesWithin(this.#stopped.promise, this.#options.intervalMs);
  }
}

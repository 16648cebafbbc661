import { addAbortListener } from 'node:events';

/**
 * A time limit that is over early if the caller no longer wants the answer. Disposing of it ends the timer and the
 * listener, which `AbortSignal.any([caller, AbortSignal.timeout(ms)])` would keep until the time is over.
 */
export class Deadline implements Disposable {
  /** Of the caller: aborts only if the answer is no longer wanted. */
  readonly caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #endsAt = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #callerListener: Disposable | undefined;

  /** @throws the caller's reason if that has aborted already */
  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    caller?.throwIfAborted();
    this.caller = caller;
    this.#start(timeoutMs);
    this.#callerListener = caller && addAbortListener(caller, () => this.#controller.abort(caller.reason));
  }

  /** Aborts when the time is over, or with the caller's reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** At least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#endsAt - performance.now()));
  }

  /** The time stands still until this is disposed of; the caller can abort all the same. Not to be nested. */
  suspend(): Disposable {
    const { remainingMs } = this;
    clearTimeout(this.#timer);
    this.#endsAt = Number.POSITIVE_INFINITY;
    return { [Symbol.dispose]: () => this.#start(remainingMs) };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#callerListener?.[Symbol.dispose]();
  }

  #start(timeoutMs: number): void {
    this.#endsAt = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.#controller.abort(), timeoutMs);
  }
}

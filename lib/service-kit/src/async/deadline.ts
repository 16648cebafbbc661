import { addAbortListener } from 'node:events';
import { processClock, type Stopwatch } from './process-clock.ts';

/**
 * A time limit on what is waited for, that is over early if the caller no longer wants the answer. It counts by
 * `processClock`: while this process is held up, nobody else is late. Disposing of it ends the timer and the listener,
 * which `AbortSignal.any([caller, AbortSignal.timeout(ms)])` would keep until the time is over.
 */
export class Deadline implements Disposable {
  /** Of the caller: aborts only if the answer is no longer wanted. */
  readonly caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #limitMs = 0;
  /** Undefined while the time stands still. */
  #watch: Stopwatch | undefined;
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
    return Math.max(1, Math.ceil(this.#limitMs - (this.#watch?.elapsedMs ?? 0)));
  }

  /** The time stands still until this is disposed of; the caller can abort all the same. Not to be nested. */
  suspend(): Disposable {
    const { remainingMs } = this;
    this.#stop();
    return { [Symbol.dispose]: () => this.#start(remainingMs) };
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#callerListener?.[Symbol.dispose]();
  }

  #start(limitMs: number): void {
    this.#limitMs = limitMs;
    const watch = processClock.startWatch();
    this.#watch = watch;
    const wait = (ms: number) => {
      this.#timer = setTimeout(() => {
        if (watch.elapsedMs < limitMs) wait(limitMs - watch.elapsedMs);
        else this.#controller.abort();
      }, ms);
    };
    wait(limitMs);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}

/** A time limit that is also over when whoever asked no longer wants the answer. */
export class Deadline implements Disposable {
  /** Of whoever asked. */
  readonly caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;

  /** @throws the caller's reason if that has aborted already */
  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    caller?.throwIfAborted();
    this.caller = caller;
    this.#endsAt = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.#controller.abort(), timeoutMs);
    caller?.addEventListener('abort', this.#onCallerAbort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** At least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#endsAt - performance.now()));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  readonly #onCallerAbort = (): void => this.#controller.abort(this.caller?.reason);
}

import { AlertStoreError } from '../../ports/alert-store.ts';

/** Kept for longer, a service that is called by nobody, because it isn't ready, would never find out that it could be. */
const MEMORY_MS = 10_000;

/**
 * What the last write tells of readiness. That a disk is full shows only when something is written, so the fault is
 * remembered until a write succeeds, or for ten seconds.
 */
export class WriteHealth {
  readonly #now: () => number;
  #fault: { readonly message: string; readonly atMs: number } | undefined;

  /** @param now milliseconds of a clock that never jumps */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  noteSuccess(): void {
    this.#fault = undefined;
  }

  /** A store that is gone, or busy with others, is told of by other checks, or soon over. */
  noteFailure(error: unknown): void {
    if (!(error instanceof AlertStoreError) || error.reason !== 'STORE_NOT_WRITABLE') return;
    this.#fault = { message: error.message, atMs: this.#now() };
  }

  /** Why the last write failed, while that is news. */
  get fault(): string | undefined {
    if (this.#fault === undefined || this.#now() - this.#fault.atMs > MEMORY_MS) return undefined;
    return this.#fault.message;
  }
}

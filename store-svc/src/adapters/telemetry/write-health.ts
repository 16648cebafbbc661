import { DatabaseError } from '../../ports/alert-store.ts';

/**
 * Kept for longer, a service that is called by nobody, because it isn't ready, would never find out that it could be.
 */
const MEMORY_MS = 10_000;

/**
 * Whether the last write leaves the service ready. That a disk is full shows only when something is written, so the
 * failure is remembered until a write succeeds, or for ten seconds.
 */
export class WriteHealth {
  readonly #now: () => number;
  #failure: { readonly message: string; readonly atMs: number } | undefined;

  /** @param now milliseconds of a clock that never jumps */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  noteSuccess(): void {
    this.#failure = undefined;
  }

  /** A store that is gone is noticed by another check; one that is busy is so for a short time. */
  noteFailure(error: unknown): void {
    if (!(error instanceof DatabaseError) || error.reason !== 'STORE_NOT_WRITABLE') return;
    this.#failure = { message: error.message, atMs: this.#now() };
  }

  /** Why the last write failed, while that is news. */
  get failure(): string | undefined {
    if (this.#failure === undefined || this.#now() - this.#failure.atMs > MEMORY_MS) return undefined;
    return this.#failure.message;
  }
}

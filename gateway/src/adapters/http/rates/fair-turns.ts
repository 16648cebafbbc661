import type { ExchangeHandler } from '../exchange.ts';

/** A call takes a millisecond or two of the event loop, most of it later on. */
const CALLS_PER_TURN = 2;
/** A caller that has been the only one for so long needs no turns. */
const ALONE_MS = 1_000;

/**
 * Has callers take turns. Only so many calls begin in one turn of the event loop; those that wait begin by caller in
 * turn, so that whoever sends few doesn't wait for all that others have sent at once. Nothing waits while few come.
 */
export class FairTurns {
  /** By caller; the one whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #begun = 0;
  #isScheduled = false;
  #latest: string | undefined;
  /** When another caller came than the one before; it is long ago while there is one. */
  #changedAt = Number.NEGATIVE_INFINITY;

  /** @returns what resolves when it is the caller's turn; undefined if that is now */
  take(caller: string): Promise<void> | undefined {
    if (this.#waiting.size === 0 && this.#isAlone(caller)) return undefined;
    this.#schedule();
    if (this.#waiting.size === 0 && this.#begun < CALLS_PER_TURN) {
      this.#begun++;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.#waiting.get(caller);
    if (queue === undefined) this.#waiting.set(caller, [resolve]);
    else queue.push(resolve);
    return promise;
  }

  #isAlone(caller: string): boolean {
    if (caller !== this.#latest) {
      if (this.#latest !== undefined) this.#changedAt = performance.now();
      this.#latest = caller;
    }
    return performance.now() - this.#changedAt > ALONE_MS;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#begun = 0;
    for (const [caller, queue] of this.#waiting) {
      if (this.#begun >= CALLS_PER_TURN) break;
      this.#begun++;
      queue.shift()?.();
      this.#waiting.delete(caller);
      // Behind all others: a map is iterated in the order of insertion, new entries included.
      if (queue.length > 0) this.#waiting.set(caller, queue);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}

/** Calls the handler when it is the caller's turn; at once where nobody takes turns. */
export function inTurn(handler: ExchangeHandler, turns: FairTurns | undefined): ExchangeHandler {
  if (turns === undefined) return handler;
  return async exchange => {
    await turns.take(exchange.caller);
    await handler(exchange);
  };
}

/** Often enough to notice a delay before it matters, and a hundredth of what that costs. */
const TICK_MS = 25;
/** A tick that is later than this was held up. */
const MAX_TICK_MS = 2 * TICK_MS;

/**
 * Counts the time in which this process runs as it should. While it is held up, by other programs or by its own work,
 * hardly any time passes: a wait that this clock measures was caused by what was waited for. The opposite of a
 * deadline, which has to be over on time whatever the reason.
 */
export class ProcessClock implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #ticksMs = 0;
  #lastTickAt = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      this.#ticksMs = this.now();
      this.#lastTickAt = performance.now();
    }, TICK_MS).unref();
  }

  /** In milliseconds, from when it was created. */
  now(): number {
    return this.#ticksMs + Math.min(MAX_TICK_MS, performance.now() - this.#lastTickAt);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

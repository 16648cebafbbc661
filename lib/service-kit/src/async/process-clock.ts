/** Often enough to notice a delay before it matters, and a hundredth of what that costs. */
const TICK_MS = 25;
/** A tick that is later than this was held up. */
const MAX_TICK_MS = 2 * TICK_MS;
/** Longer than anything that is timed by it waits. */
const SLEEP_AFTER_MS = 120_000;

/**
 * Counts the time in which this process runs as it should. While it is held up, by other programs or by its own work,
 * hardly any time passes: a wait that this clock measures was caused by what was waited for. The opposite of a
 * deadline, which has to be over on time whatever the reason.
 *
 * It stops once nobody has asked it for two minutes, so that an idle process sleeps.
 */
class ProcessClock {
  #ticksMs = 0;
  #lastTickAt = performance.now();
  #askedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** In milliseconds; never goes back. */
  now(): number {
    this.#askedAt = performance.now();
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    return this.#read(this.#askedAt);
  }

  #read(at: number): number {
    return this.#ticksMs + Math.min(MAX_TICK_MS, at - this.#lastTickAt);
  }

  #tick(): void {
    const at = performance.now();
    this.#ticksMs = this.#read(at);
    this.#lastTickAt = at;
    if (at - this.#askedAt < SLEEP_AFTER_MS) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The one of this process. */
export const processClock = new ProcessClock();

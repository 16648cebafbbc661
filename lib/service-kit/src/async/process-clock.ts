/** Often enough to notice a delay before it matters, and a hundredth of what that costs. */
const TICK_MS = 25;
/** A tick that is later than this was held up. */
const MAX_TICK_MS = 2 * TICK_MS;

/** Measures one wait, until it is disposed of. */
export interface Stopwatch extends Disposable {
  /** In milliseconds. */
  readonly elapsedMs: number;
}

/**
 * Counts the time in which this process runs as it should. While it is held up, by other programs or by its own work,
 * hardly any time passes: a wait that this clock measures was caused by what was waited for. The opposite of a
 * deadline, which has to be over on time whatever the reason.
 *
 * It stands still while nothing is measured, so that an idle process sleeps.
 */
class ProcessClock {
  #ticksMs = 0;
  #lastTickAt = 0;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  startWatch(): Stopwatch {
    this.#running++;
    if (this.#timer === undefined) {
      this.#lastTickAt = performance.now();
      this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    }
    const since = this.#read();
    const elapsed = () => this.#read() - since;
    let isRunning = true;
    return {
      get elapsedMs() {
        return elapsed();
      },
      [Symbol.dispose]: () => {
        if (isRunning) this.#running--;
        isRunning = false;
      },
    };
  }

  /** Never goes back. */
  #read(at = performance.now()): number {
    return this.#ticksMs + Math.min(MAX_TICK_MS, at - this.#lastTickAt);
  }

  #tick(): void {
    const at = performance.now();
    this.#ticksMs = this.#read(at);
    this.#lastTickAt = at;
    // Here and not when the last watch ends: under load one ends every millisecond.
    if (this.#running > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The one of this process. */
export const processClock = new ProcessClock();

import { RateLimiterMemory } from 'rate-limiter-flexible';

export interface RateLimit {
  /** Points that a caller may take a second, in the long run. */
  readonly perSecond: number;
  /** What there is for so many seconds may be taken at once. */
  readonly windowSeconds: number;
}

/** What a caller has left. */
export interface RateState {
  /** Whether it got nothing of what it asked for. */
  readonly isRefused: boolean;
  readonly remaining: number;
  /** In so many milliseconds, a whole number, it has its whole quota again. */
  readonly resetMs: number;
  /** After so many milliseconds a refusal may be answered: the first of a window at once, others as fast as calls. */
  readonly paceMs: number;
}

/** A caller takes some 400 bytes until its window is over. */
const MAX_CALLERS = 65_536;

/**
 * Counts what each caller takes in windows that begin with its first call. It gets something as long as anything is
 * left, even if it takes more than that: then the window lasts until that is made up for. So what is known only later,
 * such as the alerts of a batch, costs as much as if it had come one by one, and may be larger than a window's quota.
 *
 * In any time T a caller gets at most `perSecond * T`, and twice as much as it may take at once: at the end of one
 * window and at the beginning of the next.
 */
export class RateLimiter {
  /** Of all windows. */
  readonly quota: number;
  readonly windowSeconds: number;
  readonly #perSecond: number;
  readonly #maxCallers: number;
  readonly #windows: RateLimiterMemory;
  /** Those that may have a window; the one that came first is the first to be forgotten. */
  readonly #callers = new Set<string>();
  /** Goes on as callers come and are forgotten. */
  readonly #oldest = this.#callers.values();
  /** No window has lasted longer. If the machine's clock is set back, the time that is left would seem to. */
  #longestMs: number;

  constructor({ perSecond, windowSeconds }: RateLimit, maxCallers = MAX_CALLERS) {
    // A rate by the minute is a fraction by the second.
    this.quota = Math.round(perSecond * windowSeconds);
    this.windowSeconds = windowSeconds;
    this.#perSecond = perSecond;
    this.#maxCallers = maxCallers;
    this.#windows = new RateLimiterMemory({ points: this.quota, duration: windowSeconds, keyPrefix: '' });
    this.#longestMs = windowSeconds * 1_000;
  }

  /** How many callers are remembered. */
  get callers(): number {
    return this.#callers.size;
  }

  /** Whether `take` would give anything. */
  async hasLeft(caller: string): Promise<boolean> {
    const window = await this.#windows.get(caller);
    return window === null || window.consumedPoints < this.quota;
  }

  async take(caller: string, points: number): Promise<RateState> {
    this.#remember(caller);
    // Counts what is refused too, which changes nothing: a window of which nothing is left stays so.
    const { consumedPoints, msBeforeNext } = await this.#windows.penalty(caller, points);
    const over = consumedPoints - this.quota;
    const leftMs = Math.max(1, Math.min(msBeforeNext, this.#longestMs));
    const resetMs = Math.ceil(leftMs);
    if (over >= points) return { isRefused: true, remaining: 0, resetMs, paceMs: this.#msFor(over - points) };
    if (over <= 0) return { isRefused: false, remaining: -over, resetMs, paceMs: 0 };
    return { isRefused: false, remaining: 0, resetMs: await this.#extend(caller, over, leftMs), paceMs: 0 };
  }

  /** Only a window that has its usual length is ever extended. */
  async #extend(caller: string, over: number, leftMs: number): Promise<number> {
    const resetMs = Math.ceil(Math.min(leftMs, this.windowSeconds * 1_000)) + this.#msFor(over);
    this.#longestMs = Math.max(this.#longestMs, resetMs);
    await this.#windows.set(caller, this.quota, resetMs / 1_000);
    return resetMs;
  }

  #msFor(points: number): number {
    return Math.ceil((points * 1_000) / this.#perSecond);
  }

  #remember(caller: string): void {
    if (this.#callers.has(caller)) return;
    this.#callers.add(caller);
    if (this.#callers.size <= this.#maxCallers) return;
    const { value = '' } = this.#oldest.next();
    this.#callers.delete(value);
    void this.#windows.delete(value);
  }
}

/** When a delivery that failed for the moment is tried again. */
export interface RetrySchedule {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Tries in all, the first one included. */
  readonly maxAttempts: number;
}

const JITTER = 0.2;

/**
 * The pause behind the given attempt: doubling from `baseMs` to `maxMs`, 20 % more or less, so that what failed together
 * doesn't come back together.
 *
 * @param attempt 1 for the first
 */
export function retryDelayMs(schedule: RetrySchedule, attempt: number, random: () => number = Math.random): number {
  const delayMs = Math.min(schedule.maxMs, schedule.baseMs * 2 ** (attempt - 1));
  return Math.round(delayMs * (1 + JITTER * (2 * random() - 1)));
}

/** When a delivery that failed for the moment is tried again. */
export interface RetrySchedule {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Tries in all, the first one included. */
  readonly maxAttempts: number;
}

/** Tries over about an hour: 47 minutes of pauses. */
export const DEFAULT_RETRY_SCHEDULE: RetrySchedule = { baseMs: 1_000, maxMs: 600_000, maxAttempts: 14 };

const JITTER = 0.2;

/**
 * The pause behind the given attempt: doubling from `baseMs` to `maxMs`, 20 % more or less, so that what failed together
 * doesn't come back together.
 *
 * @param attempt 1 for the first
 */
export function retryDelayMs(schedule: RetrySchedule, attempt: number, random: () => number = Math.random): number {
  return Math.round(pauseMs(schedule, attempt) * (1 + JITTER * (2 * random() - 1)));
}

/** From the first of so many tries to the last of them: all pauses in between, without jitter. */
export function spanMs(schedule: RetrySchedule, attempts = schedule.maxAttempts): number {
  let totalMs = 0;
  for (let attempt = 1; attempt < attempts; attempt++) totalMs += pauseMs(schedule, attempt);
  return totalMs;
}

function pauseMs({ baseMs, maxMs }: RetrySchedule, attempt: number): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

import { type Backoff, backoffSpanMs } from '@vigie/service-kit/async';

/** When a delivery that failed for the moment is tried again. */
export interface RetrySchedule extends Backoff {
  /** Tries in all, the first one included. */
  readonly maxAttempts: number;
}

/** Tries over about an hour: 47 minutes of pauses. */
export const DEFAULT_RETRY_SCHEDULE: RetrySchedule = { baseMs: 1_000, maxMs: 600_000, maxAttempts: 14 };

/** From the first try to the last of them: all pauses in between, without jitter. */
export function spanMs(schedule: RetrySchedule): number {
  return backoffSpanMs(schedule, schedule.maxAttempts);
}

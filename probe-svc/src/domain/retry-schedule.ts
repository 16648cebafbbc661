import type { RetrySchedule } from '@vigie/service-kit/async';

/** Tries over about an hour: 47 minutes of pauses. */
export const DEFAULT_RETRY_SCHEDULE: RetrySchedule = { baseMs: 1_000, maxMs: 600_000, maxAttempts: 14 };

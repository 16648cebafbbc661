import type { FailureCode } from '@vigie/alert';
import { type RetrySchedule, spanMs } from './retry-schedule.ts';

export interface FailurePolicy {
  readonly schedule: RetrySchedule;
  /** How long a missing video may still be on its way, from when its alert was accepted. */
  readonly uploadGraceMs: number;
}

export interface FailedAttempt {
  readonly code: FailureCode;
  /** How many times the alert was handed out, this time included: at least as often as it was tried. */
  readonly attempts: number;
  /** Since the alert was accepted. */
  readonly ageMs: number;
}

export type FailureFate = 'retry' | 'FAILED' | 'QUARANTINED';

/** A probe may time out because the machine was held up; one that does it again and again is the file's own fault. */
const TIMEOUT_ATTEMPTS = 3;
/** What counts as a delivery without a try (see `isUsedUp`) takes that long at most to be over, as a rule. */
const TIMEOUT_MIN_AGE_MS = 120_000;

/** Permanent failures end an alert at once; transient ones are tried again, as long as that makes sense. */
export function decideFate({ code, attempts, ageMs }: FailedAttempt, policy: FailurePolicy): FailureFate {
  switch (code) {
    case 'VIDEO_UNREACHABLE':
      return isUsedUp(policy.schedule, attempts, ageMs) ? 'QUARANTINED' : 'retry';
    case 'VIDEO_NOT_FOUND':
      if (ageMs >= policy.uploadGraceMs) return 'FAILED';
      return isUsedUp(policy.schedule, attempts, ageMs) ? 'QUARANTINED' : 'retry';
    case 'PROBE_TIMEOUT': {
      const { schedule } = policy;
      const maxAttempts = Math.min(TIMEOUT_ATTEMPTS, schedule.maxAttempts);
      // No longer than whatever else is tried again.
      if (ageMs < Math.min(TIMEOUT_MIN_AGE_MS, spanMs(schedule))) return 'retry';
      return isUsedUp({ ...schedule, maxAttempts }, attempts, ageMs) ? 'FAILED' : 'retry';
    }
    default:
      return 'FAILED';
  }
}

/**
 * Both the tries and their time. The count alone would be cut short: a crash, a restart of nats-server or an alert that is
 * put off counts as a delivery that nobody tried. The time alone would let an alert that waited in the stream be tried once.
 */
export function isUsedUp(schedule: RetrySchedule, attempts: number, ageMs: number): boolean {
  return attempts >= schedule.maxAttempts && ageMs >= spanMs(schedule);
}

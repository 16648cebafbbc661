import type { FailureCode } from '@vigie/mesh/alert/alert-record.ts';
import type { RetrySchedule } from './retry-schedule.ts';

export interface FailurePolicy {
  readonly schedule: RetrySchedule;
  /** How long a missing video may still be on its way, from when its alert was accepted. */
  readonly uploadGraceMs: number;
}

export interface FailedAttempt {
  readonly code: FailureCode;
  /** How many times the alert was tried, this time included. */
  readonly attempts: number;
  /** Since the alert was accepted. */
  readonly ageMs: number;
}

export type FailureFate = 'retry' | 'FAILED' | 'QUARANTINED';

/** A probe may time out because the machine was held up; one that does it again and again is the file's own fault. */
const TIMEOUT_ATTEMPTS = 3;

/** Permanent failures end an alert at once; transient ones are tried again, as long as that makes sense. */
export function decideFate({ code, attempts, ageMs }: FailedAttempt, policy: FailurePolicy): FailureFate {
  switch (code) {
    case 'VIDEO_UNREACHABLE':
      return attempts < policy.schedule.maxAttempts ? 'retry' : 'QUARANTINED';
    case 'VIDEO_NOT_FOUND':
      if (ageMs >= policy.uploadGraceMs) return 'FAILED';
      return attempts < policy.schedule.maxAttempts ? 'retry' : 'QUARANTINED';
    case 'PROBE_TIMEOUT':
      return attempts < Math.min(TIMEOUT_ATTEMPTS, policy.schedule.maxAttempts) ? 'retry' : 'FAILED';
    default:
      return 'FAILED';
  }
}

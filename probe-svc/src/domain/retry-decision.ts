import type { FailureCode } from '@vigie/alert';
import { backoffDelayMs, isExhausted, type RetrySchedule, scheduleSpanMs } from '@vigie/service-kit/async';

export interface FailurePolicy {
  readonly schedule: RetrySchedule;
  /** How long a video that is missing or incomplete may still be uploading, from when its alert was accepted. */
  readonly uploadGraceMs: number;
}

/** What a retry is decided by: facts of the message, so that every replica decides alike, also after a restart. */
export interface AttemptAge {
  /** How many times the alert was attempted, this time included. */
  readonly attempts: number;
  /** Since the alert was accepted. */
  readonly ageMs: number;
}

export interface FailedAttempt extends AttemptAge {
  readonly code: FailureCode;
  /** When the video server asked to be tried again. */
  readonly retryAfterMs?: number | undefined;
  /** How long the video hadn't changed; undefined if its server doesn't say. */
  readonly unchangedForMs?: number | undefined;
}

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'finish'; readonly status: 'FAILED' | 'QUARANTINED' };

/** A probe may time out because the machine was busy; if it happens again and again, the file itself is the reason. */
const TIMEOUT_ATTEMPTS = 3;
/** Whatever held the machine up is over within this time, as a rule. */
const TIMEOUT_MIN_AGE_MS = 120_000;

/**
 * Permanent failures end an alert at once; transient ones are tried again, as long as that makes sense.
 *
 * @param random the source of the jitter in `delayMs`
 */
export function decideRetry(attempt: FailedAttempt, policy: FailurePolicy, random = Math.random): RetryDecision {
  const status = finalStatus(attempt, policy);
  if (status !== undefined) return { kind: 'finish', status };
  const { schedule } = policy;
  const { attempts, retryAfterMs = 0 } = attempt;
  const delayMs = Math.max(backoffDelayMs(schedule, attempts, random), Math.min(retryAfterMs, schedule.maxMs));
  return { kind: 'retry', delayMs };
}

/**
 * An error of Vigie itself, which says nothing about the video: retried after `maxDelayMs` at most, until attempts and
 * time are used up, then quarantined.
 */
export function decideRetryOfInternalError(
  { attempts, ageMs }: AttemptAge,
  schedule: RetrySchedule,
  maxDelayMs: number,
  random = Math.random,
): RetryDecision {
  return isExhausted(schedule, attempts, ageMs)
    ? { kind: 'finish', status: 'QUARANTINED' }
    : { kind: 'retry', delayMs: Math.min(maxDelayMs, backoffDelayMs(schedule, attempts, random)) };
}

/** Whether a file that is still being written looks like that: empty, or without what its header needs. */
export function isOfUnfinished(code: FailureCode): boolean {
  return code === 'VIDEO_EMPTY' || code === 'CORRUPT_HEADER';
}

/** Whether a file that is cut may only not be there as a whole yet: not if nobody has written to it for so long. */
export function mayStillGrow(
  { ageMs, unchangedForMs = 0 }: Pick<FailedAttempt, 'ageMs' | 'unchangedForMs'>,
  { uploadGraceMs }: FailurePolicy,
): boolean {
  return ageMs < uploadGraceMs && unchangedForMs < uploadGraceMs;
}

/** `undefined` if the alert is to be tried again. */
function finalStatus(attempt: FailedAttempt, policy: FailurePolicy): 'FAILED' | 'QUARANTINED' | undefined {
  const { code, attempts, ageMs } = attempt;
  const { schedule, uploadGraceMs } = policy;
  switch (code) {
    case 'VIDEO_UNREACHABLE':
      return isExhausted(schedule, attempts, ageMs) ? 'QUARANTINED' : undefined;
    case 'VIDEO_NOT_FOUND':
      // The schedule only says when: an upload may take longer than an outage that alerts are retried over.
      return ageMs >= uploadGraceMs ? 'FAILED' : undefined;
    case 'PROBE_TIMEOUT': {
      const maxAttempts = Math.min(TIMEOUT_ATTEMPTS, schedule.maxAttempts);
      // No longer than whatever else is tried again.
      if (ageMs < Math.min(TIMEOUT_MIN_AGE_MS, scheduleSpanMs(schedule))) return undefined;
      return isExhausted({ ...schedule, maxAttempts }, attempts, ageMs) ? 'FAILED' : undefined;
    }
    default:
      return isOfUnfinished(code) && mayStillGrow(attempt, policy) ? undefined : 'FAILED';
  }
}

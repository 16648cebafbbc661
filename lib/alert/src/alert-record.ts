import type { Alert } from './alert.ts';
import type { Media } from './media.ts';

export const FAILURE_CODES = [
  'VIDEO_NOT_FOUND',
  'VIDEO_UNREACHABLE',
  'VIDEO_EMPTY',
  'NOT_A_VIDEO',
  'UNSUPPORTED_FORMAT',
  'NO_VIDEO_STREAM',
  'CORRUPT_HEADER',
  'HEADER_BUDGET_EXCEEDED',
  'PROBE_TIMEOUT',
  'DECODER_CRASHED',
  'MALFORMED_MESSAGE',
  'UID_CONFLICT',
  'INTERNAL',
] as const;

/** Why a video has no `Media`; `vigie.alert.v1.Failure.Code` says when each is meant. */
export type FailureCode = (typeof FAILURE_CODES)[number];

export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** What it cost to find an outcome; bytes, requests and time are of the last attempt. */
export interface ProbeEffort {
  readonly attempts: number;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
}

/** How an alert ended. */
export type Outcome =
  | { readonly status: 'PROCESSED'; readonly media: Media }
  | { readonly status: 'FAILED'; readonly failure: Failure }
  | { readonly status: 'QUARANTINED'; readonly failure: Failure };

export type FinalStatus = Outcome['status'];
export type AlertStatus = 'RECEIVED' | FinalStatus;

/** Attempts that failed and are to be repeated. */
export interface PendingRetry {
  /** How many there were. */
  readonly attempts: number;
  readonly lastFailure: Failure;
  readonly nextAttemptAt: Date;
}

/** An alert that is on disk. */
export interface ReceivedAlert {
  readonly alert: Alert;
  readonly receivedAt: Date;
  /** W3C trace id of the request that brought the alert, 32 hex digits. */
  readonly traceId: string;
}

/** An alert with its outcome. */
export interface FinishedAlert extends ReceivedAlert {
  readonly outcome: Outcome;
  readonly effort: ProbeEffort;
  readonly processedAt: Date;
  /**
   * Position in the stream of alerts of the message whose probe gave the outcome. It decides which of two outcomes is
   * the later one; clocks don't.
   */
  readonly sequence: number;
}

/** An alert that is still to be probed, perhaps after attempts that failed. */
export interface PendingAlert extends ReceivedAlert {
  readonly retry?: PendingRetry;
}

/** One row: an alert, finished or still to be probed. */
export type AlertRecord = PendingAlert | FinishedAlert;

export function isFinished(record: AlertRecord): record is FinishedAlert {
  return 'outcome' in record;
}

export function statusOf(record: AlertRecord): AlertStatus {
  return isFinished(record) ? record.outcome.status : 'RECEIVED';
}

export const ALERT_STATUSES: readonly AlertStatus[] = ['RECEIVED', 'PROCESSED', 'FAILED', 'QUARANTINED'];

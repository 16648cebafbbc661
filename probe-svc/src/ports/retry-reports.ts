import type { AlertName, PendingRetry } from '@vigie/alert';

/** An attempt that failed, of an alert that is tried again. */
export interface RetryReport {
  readonly alert: AlertName;
  readonly retry: PendingRetry;
}

/** Where people can see why an alert has no outcome yet. */
export interface RetryReports {
  /** Returns at once. A report may be lost: the next one says the same and more. */
  report(report: RetryReport): void;
}

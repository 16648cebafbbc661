import type { PendingRetry } from '@vigie/alert';

/** Attempts that failed, of an alert that is tried again. */
export interface AlertRetry {
  readonly uid: string;
  readonly retry: PendingRetry;
}

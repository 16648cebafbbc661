import type { Alert } from '@vigie/mesh/alert/alert.ts';
import type { AlertStatus } from '@vigie/mesh/alert/alert-record.ts';

/** What judging needs to know of an alert that is recorded. */
export interface StandingAlert {
  readonly alert: Alert;
  readonly status: AlertStatus;
  /** Position in the stream of alerts of the message that its outcome is of; null while it has none. */
  readonly outcomeSequence: number | null;
}

import type { AlertStatus, ReceivedAlert } from '@vigie/alert';

/** What judging needs to know of an alert that is recorded. */
export interface StandingAlert extends ReceivedAlert {
  /** Position in the stream of alerts of the first message that brought it. */
  readonly sequence: number;
  readonly status: AlertStatus;
  /** Position in the stream of alerts of the message that its outcome is of; null while it has none. */
  readonly outcomeSequence: number | null;
}

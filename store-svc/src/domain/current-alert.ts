import type { AlertStatus, ReceivedAlert } from '@vigie/alert';

/** The alert that has the row of its uid, as far as deciding needs to know it. */
export interface CurrentAlert extends ReceivedAlert {
  /** Position in the stream of alerts of the first message that brought it. */
  readonly sequence: number;
  readonly status: AlertStatus;
  /** Position in the stream of alerts of the message that its outcome is of; null while it has none. */
  readonly outcomeSequence: number | null;
}

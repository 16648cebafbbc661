import type { ReceivedAlert } from '@vigie/alert';

/** An alert that a message of the stream brings: for the first time, again, or to have it probed again. */
export interface AlertArrival {
  readonly received: ReceivedAlert;
  /** Its position in the stream of alerts. */
  readonly sequence: number;
  /** It was published to have the alert probed again. */
  readonly isReplay: boolean;
}

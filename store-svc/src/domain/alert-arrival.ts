import type { ReceivedAlert } from '@vigie/alert';

/** A message with an alert, as the stream brings it: for the first time, again, or to have the alert probed again. */
export interface AlertArrival {
  readonly received: ReceivedAlert;
  /** Its position in the stream of alerts. */
  readonly sequence: number;
  /** It was published to have the alert probed again. */
  readonly isReplay: boolean;
}

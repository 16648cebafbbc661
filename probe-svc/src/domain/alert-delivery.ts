import type { ReceivedAlert } from '@vigie/alert';

/** An alert as it is delivered to be probed. */
export interface AlertDelivery extends ReceivedAlert {
  /**
   * How many times it was delivered, this time included, whichever replica it went to. Not each time was its video
   * probed.
   */
  readonly deliveries: number;
  /** Its position among all accepted alerts. */
  readonly streamSequence: number;
  /** It was published to be probed again, whatever its outcome was. */
  readonly isReplay: boolean;
  /** The message that it came in, as it was. */
  readonly message: { readonly subject: string; readonly payload: Uint8Array; readonly redrives: number };
}

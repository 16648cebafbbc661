import type { ReceivedAlert } from '@vigie/alert';

/** An alert as it is handed out to be probed. */
export interface AlertDelivery extends ReceivedAlert {
  /** How many times it was handed out, this time included. */
  readonly attempts: number;
  /** Its place among all accepted alerts. */
  readonly position: number;
  /** It was handed out to be probed again, whatever its outcome was. */
  readonly isReplay: boolean;
  /** The message that it came in, as it was. */
  readonly message: { readonly subject: string; readonly payload: Uint8Array; readonly redrives: number };
}

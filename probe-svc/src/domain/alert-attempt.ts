import type { AlertDelivery } from './alert-delivery.ts';

/** One attempt at an alert: its video is read and probed. */
export interface AlertAttempt extends AlertDelivery {
  /** How many there were, this one included. One that ended with its process counts; a delivery without one doesn't. */
  readonly attempts: number;
  /** An attempt ended with its process, and no answer of the decoder since shows that the video wasn't the reason. */
  readonly isSuspect: boolean;
}

import type { Alert } from '@vigie/alert';

export interface QueueReceipt {
  /** The queue holds the same alert already. */
  readonly duplicate: boolean;
}

/** Where accepted alerts wait to be recorded and probed. */
export interface AlertQueue {
  /**
   * Resolves once the alert is on disk.
   *
   * @throws AlertQueueError
   */
  publish(alert: Alert): Promise<QueueReceipt>;
}

export type AlertQueueFault = 'QUEUE_FULL' | 'QUEUE_UNREACHABLE';

/** The alert is not accepted, and it is no fault of the alert: the same one may be sent again. */
export class AlertQueueError extends Error {
  override readonly name = 'AlertQueueError';
  readonly reason: AlertQueueFault;

  constructor(reason: AlertQueueFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

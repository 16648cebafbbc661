import type { Alert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';

export interface QueueReceipt {
  /** Whether the queue holds the same alert already. */
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

export type AlertQueueErrorReason = 'QUEUE_FULL' | 'QUEUE_UNREACHABLE';

/** The alert is not accepted, and nothing is wrong with it: the same one may be sent again. */
export class AlertQueueError extends ReasonedError<AlertQueueErrorReason> {
  override readonly name = 'AlertQueueError';
}

import type { Alert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';

export interface QueueReceipt {
  /** Whether the same alert was accepted before. */
  readonly duplicate: boolean;
}

/** Where accepted alerts wait to be recorded and probed. */
export interface AlertQueue {
  /**
   * Resolves once the alert is on disk.
   *
   * @param signal aborts once its caller waits no longer: what has failed is not tried again then
   * @throws AlertQueueError
   */
  publish(alert: Alert, signal?: AbortSignal): Promise<QueueReceipt>;
}

/**
 * FULL, UNREACHABLE: the queue has nothing of the alert. ACCEPTANCE_UNKNOWN: the queue may have it, or get it later, as
 * nobody answered.
 */
export type AlertQueueErrorReason = 'QUEUE_FULL' | 'QUEUE_UNREACHABLE' | 'ACCEPTANCE_UNKNOWN';

/** The alert is not acknowledged, and nothing is wrong with it: the same one may be sent again. */
export class AlertQueueError extends ReasonedError<AlertQueueErrorReason> {
  override readonly name = 'AlertQueueError';
}

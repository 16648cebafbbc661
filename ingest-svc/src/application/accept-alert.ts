import { type AlertInput, latestTimestamp, parseAlert } from '@vigie/alert';
import type { AlertQueue, QueueReceipt } from '../ports/alert-queue.ts';

export type AcceptAlert = (input: AlertInput) => Promise<QueueReceipt>;

/**
 * Checks an alert and puts it into the queue.
 *
 * @throws InvalidAlertError, AlertQueueError
 */
export function createAcceptAlert(queue: AlertQueue): AcceptAlert {
  return async input => queue.publish(parseAlert(input, latestTimestamp()));
}

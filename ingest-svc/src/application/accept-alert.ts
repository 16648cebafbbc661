import { type AlertInput, latestTimestamp, parseAlert } from '@vigie/alert';
import type { AlertQueue, QueueReceipt } from '../ports/alert-queue.ts';

/** `signal` aborts once its caller waits no longer. */
export type AcceptAlert = (input: AlertInput, signal?: AbortSignal) => Promise<QueueReceipt>;

/**
 * Checks an alert and puts it into the queue.
 *
 * @throws InvalidAlertError, AlertQueueError
 */
export function createAcceptAlert(queue: AlertQueue): AcceptAlert {
  return async (input, signal) => queue.publish(parseAlert(input, latestTimestamp()), signal);
}

import { type AlertInput, contentHash, latestTimestamp, parseAlert } from '@vigie/alert';
import type { AlertQueue, QueueReceipt } from '../ports/alert-queue.ts';
import type { RecordedAlerts } from '../ports/recorded-alerts.ts';

/** `signal` aborts once its caller waits no longer. */
export type AcceptAlert = (input: AlertInput, signal?: AbortSignal) => Promise<QueueReceipt>;

/** Another alert has this uid for ever. */
export class UidTakenError extends Error {
  override readonly name = 'UidTakenError';
  readonly reason = 'UID_TAKEN';
  readonly uid: string;

  constructor(uid: string) {
    const difference = 'with another video, timestamp, store or labels';
    super(`Another alert has the uid ${uid}, ${difference}. Give this one a uid of its own.`);
    this.uid = uid;
  }
}

/**
 * Checks an alert and puts it into the queue, unless it is recorded already: there is nothing to do for it then, and
 * whatever of its work is lost is found by the sweep.
 *
 * @throws InvalidAlertError, UidTakenError, AlertQueueError
 */
export function createAcceptAlert(queue: AlertQueue, recorded: RecordedAlerts): AcceptAlert {
  return async (input, signal) => {
    const alert = parseAlert(input, latestTimestamp());
    const content = await recorded.findContent(alert.uid);
    if (content === undefined) return queue.publish(alert, signal);
    if (content !== contentHash(alert)) throw new UidTakenError(alert.uid);
    return { duplicate: true };
  };
}

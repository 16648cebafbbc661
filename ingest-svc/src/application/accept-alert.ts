import { type Alert, type AlertInput, contentHash, latestTimestamp, parseAlert } from '@vigie/alert';
import type { AlertQueue, QueueReceipt } from '../ports/alert-queue.ts';
import type { RecordedAlerts } from '../ports/recorded-alerts.ts';

export interface AcceptAlert {
  /**
   * Checks an alert and puts it into the queue, unless it is recorded already: there is nothing to do for it then, and
   * whatever of its work is lost is found by the sweep.
   *
   * @param signal aborts once its caller waits no longer
   * @throws InvalidAlertError, UidTakenError, AlertQueueError
   */
  one(input: AlertInput, signal?: AbortSignal): Promise<QueueReceipt>;
  /** Checks many alerts, and asks once what of them is recorded. @returns how to accept each */
  many(inputs: readonly AlertInput[]): Promise<readonly AcceptNow[]>;
}

/** @throws InvalidAlertError, UidTakenError, AlertQueueError */
export type AcceptNow = (signal?: AbortSignal) => Promise<QueueReceipt>;

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

export function createAcceptAlert(queue: AlertQueue, recorded: RecordedAlerts): AcceptAlert {
  async function accept(alert: Alert, content: string | undefined, signal?: AbortSignal): Promise<QueueReceipt> {
    if (content === undefined) return queue.publish(alert, signal);
    if (content !== contentHash(alert)) throw new UidTakenError(alert.uid);
    return { duplicate: true };
  }

  return {
    async one(input, signal) {
      const alert = parseAlert(input, latestTimestamp());
      return accept(alert, await recorded.findContent(alert.uid), signal);
    },

    async many(inputs) {
      const latest = latestTimestamp();
      const checked = inputs.map(input => tryParse(input, latest));
      const uids = checked.flatMap(each => (each instanceof Error ? [] : [each.uid]));
      const contents = (await recorded.findContents(uids)).values();
      return checked.map(each => {
        if (each instanceof Error) return () => Promise.reject(each);
        const content = contents.next().value;
        return signal => accept(each, content, signal);
      });
    },
  };
}

function tryParse(input: AlertInput, latest: Date): Alert | Error {
  try {
    return parseAlert(input, latest);
  } catch (error) {
    return error as Error;
  }
}

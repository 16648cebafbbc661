import { type Alert, type AlertInput, contentHash, latestTimestamp, parseAlert } from '@vigie/alert';
import type { AlertQueue, QueueReceipt } from '../ports/alert-queue.ts';
import type { RecordedAlerts } from '../ports/recorded-alerts.ts';

export interface AcceptAlert {
  /**
   * Checks an alert and puts it into the queue, unless it is recorded already: there is nothing to do for it then, and
   * whatever of its work is lost is found by the sweep.
   *
   * @param tenant whose alert it is
   * @param signal aborts once its caller waits no longer
   * @throws InvalidAlertError, UidTakenError, AlertQueueError
   */
  one(input: AlertInput, tenant: string, signal?: AbortSignal): Promise<QueueReceipt>;
  /** Checks many alerts, and asks once what of them is recorded. @returns how to accept each */
  many(inputs: readonly AlertInput[], tenant: string): Promise<readonly AcceptNow[]>;
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
    async one(input, tenant, signal) {
      const alert = parseAlert(input, tenant, latestTimestamp());
      return accept(alert, await recorded.findContent(alert), signal);
    },

    async many(inputs, tenant) {
      const latest = latestTimestamp();
      const checked = inputs.map(input => tryParse(input, tenant, latest));
      const alerts = checked.filter((each): each is Alert => !(each instanceof Error));
      const contents = (await recorded.findContents(alerts)).values();
      return checked.map(each => {
        if (each instanceof Error) return () => Promise.reject(each);
        const content = contents.next().value;
        return signal => accept(each, content, signal);
      });
    },
  };
}

function tryParse(input: AlertInput, tenant: string, latest: Date): Alert | Error {
  try {
    return parseAlert(input, tenant, latest);
  } catch (error) {
    return error as Error;
  }
}

import type { AlertArrival } from './alert-arrival.ts';
import type { AlertRecordKind } from './record-kind.ts';
import { isSameContent } from './same-content.ts';
import type { StandingAlert } from './standing-alert.ts';

/**
 * What becomes of each alert of a batch, as if they came one by one. A quarantined alert that is published anew waits for
 * its probe again; one that has any other outcome keeps it until the new one is found.
 *
 * @param standing the alerts, by uid, that were there before the batch
 */
export function judgeAlerts(
  standing: ReadonlyMap<string, StandingAlert>,
  batch: readonly AlertArrival[],
): AlertRecordKind[] {
  const known = new Map(standing);
  return batch.map(({ received: { alert }, sequence, isReplay }) => {
    const first = known.get(alert.uid);
    if (first !== undefined && !isSameContent(first.alert, alert)) return 'CONFLICT';
    if (first === undefined) {
      known.set(alert.uid, { alert, status: 'RECEIVED', outcomeSequence: null });
      return 'RECORDED';
    }
    const reopens = isReplay && first.status === 'QUARANTINED' && sequence > (first.outcomeSequence ?? 0);
    if (!reopens) return 'UNCHANGED';
    known.set(alert.uid, { alert, status: 'RECEIVED', outcomeSequence: null });
    return 'REOPENED';
  });
}

/** Of each uid the first alert, in the order of the uids: writers that lock in one order never deadlock. */
export function firstOfEachUid(batch: readonly AlertArrival[]): AlertArrival[] {
  const firsts = new Map<string, AlertArrival>();
  for (const arrival of batch) {
    const { uid } = arrival.received.alert;
    if (!firsts.has(uid)) firsts.set(uid, arrival);
  }
  return [...firsts.values()].sort((a, b) => (a.received.alert.uid < b.received.alert.uid ? -1 : 1));
}

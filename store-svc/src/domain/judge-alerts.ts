import type { Alert } from '@vigie/mesh/alert/alert.ts';
import type { ReceivedAlert } from '@vigie/mesh/alert/alert-record.ts';
import type { AlertRecordKind } from './record-kind.ts';
import { isSameContent } from './same-content.ts';

/**
 * What becomes of each alert of a batch, as if they came one by one.
 *
 * @param standing the alerts, by uid, that were there before the batch
 */
export function judgeAlerts(standing: ReadonlyMap<string, Alert>, batch: readonly ReceivedAlert[]): AlertRecordKind[] {
  const known = new Map(standing);
  return batch.map(({ alert }) => {
    const first = known.get(alert.uid);
    if (first !== undefined) return isSameContent(first, alert) ? 'UNCHANGED' : 'CONFLICT';
    known.set(alert.uid, alert);
    return 'RECORDED';
  });
}

/** Of each uid the first alert, in the order of the uids: writers that lock in one order never deadlock. */
export function firstOfEachUid(batch: readonly ReceivedAlert[]): ReceivedAlert[] {
  const firsts = new Map<string, ReceivedAlert>();
  for (const received of batch) {
    if (!firsts.has(received.alert.uid)) firsts.set(received.alert.uid, received);
  }
  return [...firsts.values()].sort((a, b) => (a.alert.uid < b.alert.uid ? -1 : 1));
}

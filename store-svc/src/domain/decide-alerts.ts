import type { AlertArrival } from './alert-arrival.ts';
import type { CurrentAlert } from './current-alert.ts';
import type { AlertResult } from './record-kind.ts';
import { isContentOf, isRetired, type KnownAlert } from './retired-alert.ts';

/** What is to be written of alerts that have their rows already. */
export interface AlertChanges {
  /** Alerts that turn out to have come earlier in the stream than their rows say. */
  readonly earlier: readonly AlertArrival[];
  /** Quarantined alerts that wait for their probe again. */
  readonly reopened: readonly AlertArrival[];
  /** Messages that were published to have their alerts probed again, and whose outcomes are still to come. */
  readonly awaited: readonly AlertArrival[];
}

export interface AlertDecisions extends AlertChanges {
  /** One an alert, in the batch's order. */
  readonly results: readonly AlertResult[];
}

/**
 * Decides how each alert of a batch is recorded, as if they came one by one in the stream's order. Of two alerts with
 * one uid the first in the stream is current, whichever is recorded first: replicas and redeliveries may change the
 * order. A quarantined alert that is published anew waits for its probe again; one that has any other outcome keeps it
 * until the new one is found.
 *
 * @param current by uid, the alerts that had a row before the batch, or have it no more
 */
export function decideAlerts(current: ReadonlyMap<string, KnownAlert>, batch: readonly AlertArrival[]): AlertDecisions {
  const known = new Map(current);
  const results = new Map<AlertArrival, AlertResult>();
  const earlier: AlertArrival[] = [];
  const reopened: AlertArrival[] = [];
  const awaited = new Map<string, AlertArrival>();
  for (const arrival of inStreamOrder(batch)) {
    const { received, sequence } = arrival;
    const { uid } = received.alert;
    const row = known.get(uid);
    if (row === undefined) {
      results.set(arrival, { kind: 'RECORDED' });
      known.set(uid, { ...received, sequence, status: 'RECEIVED', outcomeSequence: null });
    } else if (isRetired(row)) {
      // It had its outcome before it lost its row: there is nothing to do for it any more.
      results.set(arrival, { kind: isContentOf(row, received.alert) ? 'UNCHANGED' : 'CONFLICT' });
    } else if (!isContentOf(row, received.alert)) {
      results.set(arrival, sequence < row.sequence ? { kind: 'DISPLACES', later: row } : { kind: 'CONFLICT' });
    } else if (isAwaited(row, arrival) && row.status === 'QUARANTINED') {
      results.set(arrival, { kind: 'REOPENED' });
      known.set(uid, { ...row, status: 'RECEIVED', outcomeSequence: null });
      reopened.push(arrival);
      awaited.set(uid, arrival);
    } else {
      results.set(arrival, { kind: 'UNCHANGED' });
      if (sequence < row.sequence) earlier.push(arrival);
      if (isAwaited(row, arrival)) awaited.set(uid, arrival);
    }
  }
  return {
    results: batch.map(arrival => results.get(arrival) as AlertResult),
    earlier,
    reopened,
    awaited: [...awaited.values()],
  };
}

/** Of each uid the first alert, in the order of the uids: writers that lock in one order never deadlock. */
export function firstOfEachUid(batch: readonly AlertArrival[]): AlertArrival[] {
  const firsts = new Map<string, AlertArrival>();
  for (const arrival of inStreamOrder(batch)) {
    const { uid } = arrival.received.alert;
    if (!firsts.has(uid)) firsts.set(uid, arrival);
  }
  return [...firsts.values()].sort((a, b) => (a.received.alert.uid < b.received.alert.uid ? -1 : 1));
}

/** Whether the row has neither the outcome of a replay nor that of a later one. */
function isAwaited(row: CurrentAlert, { isReplay, sequence }: AlertArrival): boolean {
  return isReplay && sequence > Math.max(row.sequence, row.outcomeSequence ?? 0);
}

function inStreamOrder(batch: readonly AlertArrival[]): AlertArrival[] {
  return batch.toSorted((a, b) => a.sequence - b.sequence);
}

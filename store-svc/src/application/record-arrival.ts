import { Batcher } from '@vigie/service-kit/async';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import { decideAlerts, firstOfEachUid } from '../domain/decide-alerts.ts';
import type { AlertResult } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { STORE_BATCHES } from './store-batches.ts';

export type RecordArrival = (arrival: AlertArrival) => Promise<AlertResult>;

/**
 * Records an alert as RECEIVED, in one batch with whatever else waits to be recorded.
 *
 * @throws DatabaseError, UnstorableError
 */
export function createRecordArrival(store: AlertStore): RecordArrival {
  const batcher = new Batcher<AlertArrival, AlertResult>({
    ...STORE_BATCHES,
    flush: batch => recordArrivals(store, batch),
  });
  return arrival => batcher.add(arrival);
}

/**
 * Records a batch. Inserting comes first, because nearly every alert is new; what its uid's row said before is only
 * read for the others. Any step may be repeated after a crash.
 *
 * @returns a result an alert, in the batch's order
 * @throws DatabaseError, UnstorableError
 */
export async function recordArrivals(
  store: AlertStore,
  batch: readonly AlertArrival[],
): Promise<readonly AlertResult[]> {
  const current = await store.insertNew(firstOfEachUid(batch));
  const { results, ...changes } = decideAlerts(current, batch);
  await store.change(changes);
  return results;
}

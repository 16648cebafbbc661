import { Batcher, mapGroups } from '@vigie/service-kit/async';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import { decideAlerts, firstOfEachUid } from '../domain/decide-alerts.ts';
import type { AlertResult } from '../domain/record-kind.ts';
import type { AlertStore, AlertStores } from '../ports/alert-store.ts';
import { STORE_BATCHES } from './store-batches.ts';

export type RecordArrival = (arrival: AlertArrival) => Promise<AlertResult>;

/**
 * Records an alert as RECEIVED, in one batch with whatever else waits to be recorded.
 *
 * @throws DatabaseError, UnstorableError
 */
export function createRecordArrival(stores: Pick<AlertStores, 'of'>): RecordArrival {
  const batcher = new Batcher<AlertArrival, AlertResult>({
    ...STORE_BATCHES,
    flush: batch =>
      mapGroups(
        batch,
        ({ received }) => received.alert.tenant,
        (ofTenant, tenant) => recordArrivals(stores.of(tenant), ofTenant),
      ),
  });
  return arrival => batcher.add(arrival);
}

/**
 * Records a batch of one tenant. Inserting comes first, because nearly every alert is new; what its uid's row said
 * before is only read for the others. Any step may be repeated after a crash.
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

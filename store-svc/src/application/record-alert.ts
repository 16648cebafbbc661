import { Batcher } from '@vigie/service-kit/async';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertResult } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { STORE_BATCHES } from './store-batches.ts';

export type RecordAlert = (arrival: AlertArrival) => Promise<AlertResult>;

/**
 * Records an alert as RECEIVED, together with whatever else waits to be recorded.
 *
 * @throws AlertStoreError, UnstorableError
 */
export function createRecordAlert(store: AlertStore): RecordAlert {
  const batcher = new Batcher<AlertArrival, AlertResult>({
    ...STORE_BATCHES,
    flush: batch => store.recordReceived(batch),
  });
  return arrival => batcher.add(arrival);
}

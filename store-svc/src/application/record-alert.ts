import { Batcher } from '@vigie/mesh/batch/batcher.ts';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertResult } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { BATCH_SIZE } from './batch-size.ts';

export type RecordAlert = (arrival: AlertArrival) => Promise<AlertResult>;

/**
 * Records an alert as RECEIVED, together with whatever else waits to be recorded.
 *
 * @throws AlertStoreError
 */
export function createRecordAlert(store: AlertStore): RecordAlert {
  const batcher = new Batcher<AlertArrival, AlertResult>({
    maxSize: BATCH_SIZE,
    flush: batch => store.recordReceived(batch),
  });
  return arrival => batcher.add(arrival);
}

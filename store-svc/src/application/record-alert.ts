import type { ReceivedAlert } from '@vigie/mesh/alert/alert-record.ts';
import { Batcher } from '@vigie/mesh/batch/batcher.ts';
import type { AlertRecordKind } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { BATCH_SIZE } from './batch-size.ts';

export type RecordAlert = (alert: ReceivedAlert) => Promise<AlertRecordKind>;

/**
 * Records an alert as RECEIVED, together with whatever else waits to be recorded.
 *
 * @throws AlertStoreError
 */
export function createRecordAlert(store: AlertStore): RecordAlert {
  const batcher = new Batcher<ReceivedAlert, AlertRecordKind>({
    maxSize: BATCH_SIZE,
    flush: batch => store.recordReceived(batch),
  });
  return alert => batcher.add(alert);
}

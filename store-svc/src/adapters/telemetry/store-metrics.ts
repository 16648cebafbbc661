import type { AlertStatus, FailureCode } from '@vigie/alert';
import { LATENCY_BUCKETS } from '@vigie/service-kit/telemetry';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AlertRecordKind, OutcomeRecordKind } from '../../domain/record-kind.ts';

export type WriteOperation = 'alerts' | 'outcomes';

export interface StoreMetrics {
  /** Counts a batch as begun; call the result once it is over. */
  beginWrite(operation: WriteOperation, rows: number): (result: 'done' | 'failed') => void;
  countRow(operation: WriteOperation, kind: AlertRecordKind | OutcomeRecordKind, status: AlertStatus): void;
  countQuarantined(reason: FailureCode): void;
  /** Counts a watcher as there; call the result once it is gone. */
  beginWatch(): () => void;
}

export function createStoreMetrics(registry: Registry): StoreMetrics {
  const registers = [registry];
  const rows = new Counter({
    name: 'vigie_store_rows_total',
    help: 'Alerts and outcomes that were to be recorded, by how they were.',
    labelNames: ['operation', 'kind', 'status'],
    registers,
  });
  const batchRows = new Histogram({
    name: 'vigie_store_batch_rows',
    help: 'Rows of one write.',
    labelNames: ['operation'],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  });
  const writeSeconds = new Histogram({
    name: 'vigie_store_write_seconds',
    help: 'Time of one write to Postgres.',
    labelNames: ['operation', 'result'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const quarantined = new Counter({
    name: 'vigie_store_quarantined_total',
    help: 'Messages quarantined by the record consumer, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const watchers = new Gauge({
    name: 'vigie_store_watchers',
    help: 'Watches of outcomes that are open.',
    registers,
  });
  return {
    beginWrite(operation, size) {
      batchRows.observe({ operation }, size);
      const stopTimer = writeSeconds.startTimer({ operation });
      return result => void stopTimer({ result });
    },
    countRow: (operation, kind, status) => rows.inc({ operation, kind, status }),
    countQuarantined: reason => quarantined.inc({ reason }),
    beginWatch() {
      watchers.inc();
      return () => watchers.dec();
    },
  };
}

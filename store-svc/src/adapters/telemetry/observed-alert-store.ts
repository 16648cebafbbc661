import { type FinishedAlert, type ReceivedAlert, statusOf } from '@vigie/mesh/alert/alert-record.ts';
import type { Logger } from '@vigie/mesh/telemetry/logger.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import type { OutcomeRecordKind } from '../../domain/record-kind.ts';
import type { AlertStore } from '../../ports/alert-store.ts';
import type { StoreMetrics, WriteOperation } from './store-metrics.ts';
import type { WriteHealth } from './write-health.ts';

type Line = readonly [level: 'info' | 'warn', message: string];

const LINES: Readonly<Record<WriteOperation, Readonly<Record<OutcomeRecordKind, Line>>>> = {
  alerts: {
    RECORDED: ['info', 'alert recorded'],
    UNCHANGED: ['info', 'alert is recorded already'],
    CONFLICT: ['warn', 'another alert has this uid'],
    UNKNOWN_ALERT: ['info', 'alert is unknown'],
  },
  outcomes: {
    RECORDED: ['info', 'outcome recorded'],
    UNCHANGED: ['info', 'outcome is recorded already'],
    CONFLICT: ['warn', 'outcome of another alert with this uid'],
    UNKNOWN_ALERT: ['info', 'outcome of an alert that is not recorded yet'],
  },
};

/** An AlertStore that counts, times and logs what another one writes: a line an alert, under the alert's own trace. */
export class ObservedAlertStore implements AlertStore {
  readonly #store: AlertStore;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;
  readonly #writes: WriteHealth;

  constructor(store: AlertStore, logger: Logger, metrics: StoreMetrics, writes: WriteHealth) {
    this.#store = store;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#writes = writes;
  }

  recordReceived(batch: readonly ReceivedAlert[]) {
    return this.#observe('alerts', batch, () => this.#store.recordReceived(batch));
  }

  recordOutcomes(batch: readonly FinishedAlert[]) {
    return this.#observe('outcomes', batch, () => this.#store.recordOutcomes(batch));
  }

  get(uid: string) {
    return this.#store.get(uid);
  }

  list(filter: AlertFilter, limit: number, behind?: ListPosition) {
    return this.#store.list(filter, limit, behind);
  }

  async #observe<K extends OutcomeRecordKind>(
    operation: WriteOperation,
    batch: readonly (ReceivedAlert | FinishedAlert)[],
    write: () => Promise<readonly K[]>,
  ): Promise<readonly K[]> {
    const finish = this.#metrics.beginWrite(operation, batch.length);
    try {
      const kinds = await write();
      finish('done');
      this.#writes.noteSuccess();
      for (const [index, record] of batch.entries()) this.#tell(operation, record, kinds[index] as K);
      return kinds;
    } catch (error) {
      finish('failed');
      this.#writes.noteFailure(error);
      this.#logger.error({ err: error, operation, rows: batch.length }, 'rows not written');
      throw error;
    }
  }

  #tell(operation: WriteOperation, record: ReceivedAlert | FinishedAlert, kind: OutcomeRecordKind): void {
    const { alert, traceId } = record;
    const status = statusOf(record);
    this.#metrics.countRow(operation, kind, status);
    const [level, message] = LINES[operation][kind];
    this.#logger[level]({ uid: alert.uid, traceId, store: alert.store, status }, message);
  }
}

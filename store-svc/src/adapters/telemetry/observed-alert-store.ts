import { type AlertRecord, statusOf } from '@vigie/alert';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import type { FoundOutcome } from '../../domain/found-outcome.ts';
import type { AlertRecordKind, OutcomeRecordKind } from '../../domain/record-kind.ts';
import type { AlertStore } from '../../ports/alert-store.ts';
import type { StoreMetrics, WriteOperation } from './store-metrics.ts';
import type { WriteHealth } from './write-health.ts';

type RecordKind = AlertRecordKind | OutcomeRecordKind;
type Line = readonly [level: 'info' | 'warn', message: string];

const LINES: Readonly<Record<WriteOperation, Readonly<Partial<Record<RecordKind, Line>>>>> = {
  alerts: {
    RECORDED: ['info', 'alert recorded'],
    UNCHANGED: ['info', 'alert is recorded already'],
    CONFLICT: ['warn', 'another alert has this uid'],
    REOPENED: ['info', 'quarantined alert waits for its probe again'],
    LATECOMER_STANDS: ['warn', 'another alert with this uid came later and was recorded sooner'],
  },
  outcomes: {
    RECORDED: ['info', 'outcome recorded'],
    UNCHANGED: ['info', 'outcome is recorded already'],
    SUPERSEDED: ['info', 'the outcome of another message stands'],
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

  async recordReceived(batch: readonly AlertArrival[]) {
    const results = await this.#timed('alerts', batch.length, () => this.#store.recordReceived(batch));
    for (const [index, { received }] of batch.entries()) this.#tell('alerts', received, results[index]?.kind);
    return results;
  }

  displaceLatecomer(first: AlertArrival) {
    return this.#timed('alerts', 1, () => this.#store.displaceLatecomer(first));
  }

  async recordOutcomes(batch: readonly FoundOutcome[]) {
    const results = await this.#timed('outcomes', batch.length, () => this.#store.recordOutcomes(batch));
    for (const [index, { record }] of batch.entries()) this.#tell('outcomes', record, results[index]?.kind);
    return results;
  }

  get(uid: string) {
    return this.#store.get(uid);
  }

  list(filter: AlertFilter, limit: number, behind?: ListPosition) {
    return this.#store.list(filter, limit, behind);
  }

  async #timed<R>(operation: WriteOperation, rows: number, write: () => Promise<R>): Promise<R> {
    const finish = this.#metrics.beginWrite(operation, rows);
    try {
      const result = await write();
      finish('done');
      this.#writes.noteSuccess();
      return result;
    } catch (error) {
      finish('failed');
      this.#writes.noteFailure(error);
      this.#logger.error({ err: error, operation, rows }, 'rows not written');
      throw error;
    }
  }

  #tell(operation: WriteOperation, record: AlertRecord, kind: RecordKind | undefined): void {
    if (kind === undefined) return;
    const { alert, traceId } = record;
    const status = statusOf(record);
    this.#metrics.countRow(operation, kind, status);
    const [level, message] = LINES[operation][kind] ?? ['info', kind];
    this.#logger[level]({ uid: alert.uid, traceId, store: alert.store, status }, message);
  }
}

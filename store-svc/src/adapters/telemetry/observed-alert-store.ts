import type { Logger } from '@vigie/service-kit/telemetry';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import type { AlertRetry } from '../../domain/alert-retry.ts';
import type { AwaitingFilter, AwaitingPosition } from '../../domain/awaiting-alert.ts';
import type { AlertChanges } from '../../domain/decide-alerts.ts';
import type { AlertStore, AlertStores, LockedAlerts } from '../../ports/alert-store.ts';
import type { StoreMetrics, WriteOperation } from './store-metrics.ts';
import type { WriteHealth } from './write-health.ts';

/** AlertStores that count and time the writes of others, and log those that fail. */
export class ObservedAlertStores implements AlertStores {
  readonly #stores: AlertStores;
  readonly #observers: Observers;

  constructor(stores: AlertStores, observers: Observers) {
    this.#stores = stores;
    this.#observers = observers;
  }

  of(tenant: string) {
    return new ObservedAlertStore(this.#stores.of(tenant), this.#observers);
  }

  tenants() {
    return this.#stores.tenants();
  }

  findAwaiting(filter: AwaitingFilter, limit: number, behind?: AwaitingPosition) {
    return this.#stores.findAwaiting(filter, limit, behind);
  }

  lastPosition() {
    return this.#stores.lastPosition();
  }

  countReceived(before: Date) {
    return this.#stores.countReceived(before);
  }
}

interface Observers {
  readonly logger: Logger;
  readonly metrics: StoreMetrics;
  readonly writes: WriteHealth;
}

class ObservedAlertStore implements AlertStore {
  readonly #store: AlertStore;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;
  readonly #writes: WriteHealth;

  constructor(store: AlertStore, { logger, metrics, writes }: Observers) {
    this.#store = store;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#writes = writes;
  }

  insertNew(alerts: readonly AlertArrival[]) {
    return this.#timed('alerts', alerts.length, () => this.#store.insertNew(alerts));
  }

  change(changes: AlertChanges) {
    const rows = changes.earlier.length + changes.reopened.length + changes.awaited.length;
    return rows === 0 ? Promise.resolve() : this.#timed('alerts', rows, () => this.#store.change(changes));
  }

  displace(first: AlertArrival) {
    return this.#timed('alerts', 1, () => this.#store.displace(first));
  }

  withLocked<T>(uids: readonly string[], work: (locked: LockedAlerts) => Promise<T>) {
    return this.#timed('outcomes', uids.length, () => this.#store.withLocked(uids, work));
  }

  noteRetries(retries: readonly AlertRetry[]) {
    return this.#timed('alerts', retries.length, () => this.#store.noteRetries(retries));
  }

  get(uid: string) {
    return this.#store.get(uid);
  }

  find(uids: readonly string[]) {
    return this.#store.find(uids);
  }

  findArchivable(before: Date, limit: number) {
    return this.#store.findArchivable(before, limit);
  }

  async retire(...retired: Parameters<AlertStore['retire']>) {
    const [alerts, retirement, file] = retired;
    const uids = await this.#timed('alerts', alerts.length, () => this.#store.retire(...retired));
    if (uids.size > 0)
      this.#logger.info({ retirement, file, alerts: uids.size, uids: [...uids].slice(0, 10) }, 'rows retired');
    return uids;
  }

  awaitOutcome(uid: string, sequence: number) {
    return this.#timed('alerts', 1, () => this.#store.awaitOutcome(uid, sequence));
  }

  list(...query: Parameters<AlertStore['list']>) {
    return this.#store.list(...query);
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
}

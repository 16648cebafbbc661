import { type AlertRecord, contentHash, type FinishedAlert, isFinished, labelTexts, statusOf } from '@vigie/alert';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import { type AlertFilter, LATEST_FIRST, type ListPosition, placeOf } from '../domain/alert-filter.ts';
import type { AlertRetry } from '../domain/alert-retry.ts';
import type { AwaitingAlert, AwaitingFilter, AwaitingPosition, Backlog } from '../domain/awaiting-alert.ts';
import type { CurrentAlert } from '../domain/current-alert.ts';
import type { AlertChanges } from '../domain/decide-alerts.ts';
import type { ArchivableAlert, KnownAlert, RetiredAlert, Retirement, RetiringAlert } from '../domain/retired-alert.ts';
import type { AlertStore, AlertStores, LockedAlerts } from './alert-store.ts';

/** Keeps the rows in memory. */
export class FakeAlertStores implements AlertStores {
  readonly #stores = new Map<string, FakeAlertStore>();

  of(tenant: string): FakeAlertStore {
    const store = this.#stores.get(tenant) ?? new FakeAlertStore();
    this.#stores.set(tenant, store);
    return store;
  }

  async tenants(): Promise<readonly string[]> {
    return [...this.#stores].flatMap(([tenant, { rows }]) => (rows.size > 0 ? [tenant] : [])).sort();
  }

  async findAwaiting(
    filter: AwaitingFilter,
    limit: number,
    behind: AwaitingPosition = { awaitedSequence: -1, tenant: '', uid: '' },
  ): Promise<readonly AwaitingAlert[]> {
    return this.#all()
      .flatMap(store => store.awaiting(filter))
      .filter(each => compareAwaiting(placeOfAwaiting(each), behind) > 0)
      .sort((a, b) => compareAwaiting(placeOfAwaiting(a), placeOfAwaiting(b)))
      .slice(0, limit);
  }

  async lastPosition(): Promise<number> {
    return Math.max(0, ...this.#all().map(store => store.lastPosition()));
  }

  async countReceived(before: Date): Promise<Backlog> {
    const times = this.#all()
      .flatMap(({ rows }) => [...rows.values()])
      .filter(row => !isFinished(row) && row.receivedAt < before)
      .map(({ receivedAt }) => receivedAt)
      .sort((a, b) => a.getTime() - b.getTime());
    return { alerts: times.length, oldest: times[0] };
  }

  #all(): FakeAlertStore[] {
    return [...this.#stores.values()];
  }
}

/** The rows of one tenant; can be made to fail. */
export class FakeAlertStore implements AlertStore {
  readonly rows = new Map<string, AlertRecord>();
  /** Where in the stream each row's alert came first. */
  readonly #sequences = new Map<string, number>();
  /** Where in the stream the next outcome of a row is to come from, if that isn't its alert's first message. */
  readonly #awaited = new Map<string, number>();
  readonly #retired = new Map<string, RetiredAlert>();
  readonly batchSizes: number[] = [];
  /** Thrown by every call while set. */
  failure: Error | undefined;

  async insertNew(alerts: readonly AlertArrival[]): Promise<ReadonlyMap<string, KnownAlert>> {
    this.#begin(alerts.length);
    const known = this.#known(alerts.map(({ received }) => received.alert.uid));
    for (const arrival of alerts) {
      if (!known.has(arrival.received.alert.uid)) this.#record(arrival);
    }
    return known;
  }

  async change({ earlier, reopened, awaited }: AlertChanges): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    for (const { received, sequence } of earlier) this.#sequences.set(received.alert.uid, sequence);
    for (const { received } of reopened) {
      const { alert, receivedAt, traceId } = this.rows.get(received.alert.uid) as AlertRecord;
      this.rows.set(alert.uid, { alert, receivedAt, traceId });
    }
    for (const { received, sequence } of awaited) await this.awaitOutcome(received.alert.uid, sequence);
  }

  async displace(first: AlertArrival): Promise<void> {
    this.#begin(1);
    if (first.sequence < (this.#sequences.get(first.received.alert.uid) ?? 0)) this.#record(first);
  }

  /** Nothing else runs meanwhile: the fake never waits for anything. */
  async withLocked<T>(uids: readonly string[], work: (locked: LockedAlerts) => Promise<T>): Promise<T> {
    this.#begin(uids.length);
    return work({
      current: this.#known(uids),
      writeOutcomes: async outcomes => {
        for (const { record } of outcomes) {
          const { receivedAt, traceId } = this.rows.get(record.alert.uid) as AlertRecord;
          this.rows.set(record.alert.uid, { ...record, receivedAt, traceId });
          if ((this.#awaited.get(record.alert.uid) ?? 0) <= record.sequence) this.#awaited.delete(record.alert.uid);
        }
      },
      readFinished: async finishedUids => new Map(finishedUids.map(uid => [uid, this.rows.get(uid) as FinishedAlert])),
    });
  }

  async noteRetries(retries: readonly AlertRetry[]): Promise<void> {
    this.#begin(retries.length);
    for (const { uid, retry } of retries) {
      const row = this.rows.get(uid);
      if (row !== undefined && !isFinished(row)) this.rows.set(uid, { ...row, retry });
    }
  }

  async get(uid: string): Promise<AlertRecord | undefined> {
    this.#begin(1);
    return this.rows.get(uid);
  }

  async find(uids: readonly string[]): Promise<ReadonlyMap<string, KnownAlert>> {
    this.#begin(uids.length);
    return this.#known(uids);
  }

  async findArchivable(before: Date, limit: number): Promise<readonly ArchivableAlert[]> {
    this.#begin(limit);
    return [...this.rows.values()]
      .filter(isFinished)
      .filter(({ outcome, receivedAt, alert }) => {
        return outcome.status !== 'QUARANTINED' && receivedAt < before && !this.#awaited.has(alert.uid);
      })
      .sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || (a.alert.uid < b.alert.uid ? -1 : 1))
      .slice(0, limit)
      .map(row => ({
        ...{ uid: row.alert.uid, contentHash: contentHash(row.alert), receivedAt: row.receivedAt },
        ...{ sequence: this.#sequences.get(row.alert.uid) ?? 0, outcomeSequence: row.sequence },
        row: JSON.stringify({ uid: row.alert.uid }),
      }));
  }

  async retire(alerts: readonly RetiringAlert[], retirement: Retirement): Promise<ReadonlySet<string>> {
    this.#begin(alerts.length);
    const current = this.#current(alerts.map(({ uid }) => uid));
    const retired = alerts.filter(({ uid, sequence, outcomeSequence }) => {
      const row = current.get(uid);
      return row?.sequence === sequence && row.outcomeSequence === outcomeSequence && !this.#awaited.has(uid);
    });
    for (const { uid, contentHash } of retired) {
      this.rows.delete(uid);
      this.#retired.set(uid, { uid, retirement, contentHash });
    }
    return new Set(retired.map(({ uid }) => uid));
  }

  awaiting({ finishedThrough, receivedBefore, firstSequence }: AwaitingFilter): readonly AwaitingAlert[] {
    if (this.failure !== undefined) throw this.failure;
    return [...this.rows.values()]
      .filter(row => !isFinished(row) || this.#awaited.has(row.alert.uid))
      .map(({ alert, receivedAt, traceId }) => {
        const awaitedSequence = this.#awaited.get(alert.uid) ?? this.#sequences.get(alert.uid) ?? 0;
        return { alert, receivedAt, traceId, awaitedSequence };
      })
      .filter(({ receivedAt, awaitedSequence }) => {
        const isOld = receivedAt < receivedBefore || awaitedSequence < firstSequence;
        return isOld && awaitedSequence <= finishedThrough;
      });
  }

  async awaitOutcome(uid: string, sequence: number): Promise<void> {
    const { sequence: first, outcomeSequence } = this.#current([uid]).get(uid) as CurrentAlert;
    const latest = Math.max(first, outcomeSequence ?? 0, this.#awaited.get(uid) ?? 0);
    if (sequence > latest) this.#awaited.set(uid, sequence);
  }

  lastPosition(): number {
    const current = [...this.#current([...this.rows.keys()]).values()];
    return Math.max(
      0,
      ...current.map(({ sequence, outcomeSequence }) => Math.max(sequence, outcomeSequence ?? 0)),
      ...this.#awaited.values(),
    );
  }

  async list(
    filter: AlertFilter,
    limit: number,
    after?: ListPosition,
    order = LATEST_FIRST,
  ): Promise<readonly AlertRecord[]> {
    this.#begin(limit);
    const compare = (a: ListPosition, b: ListPosition) => comparePlaces(a, b) * (order.isDescending ? -1 : 1);
    return [...this.rows.values()]
      .filter(row => matches(row, filter))
      .filter(row => after === undefined || compare(placeOf(row, order), after) > 0)
      .sort((a, b) => compare(placeOf(a, order), placeOf(b, order)))
      .slice(0, limit);
  }

  #known(uids: readonly string[]): Map<string, KnownAlert> {
    const retired = uids.flatMap(uid => this.#retired.get(uid) ?? []);
    return new Map<string, KnownAlert>([...retired.map(alert => [alert.uid, alert] as const), ...this.#current(uids)]);
  }

  #current(uids: readonly string[]): Map<string, CurrentAlert> {
    return new Map(
      uids.flatMap((uid): [string, CurrentAlert][] => {
        const row = this.rows.get(uid);
        if (row === undefined) return [];
        const { alert, receivedAt, traceId } = row;
        const sequence = this.#sequences.get(uid) ?? 0;
        const outcomeSequence = isFinished(row) ? row.sequence : null;
        return [[uid, { alert, receivedAt, traceId, sequence, status: statusOf(row), outcomeSequence }]];
      }),
    );
  }

  #record({ received, sequence }: AlertArrival): void {
    this.rows.set(received.alert.uid, received);
    this.#sequences.set(received.alert.uid, sequence);
    this.#awaited.delete(received.alert.uid);
  }

  #begin(size: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.batchSizes.push(size);
  }
}

function matches(row: AlertRecord, filter: AlertFilter): boolean {
  const { alert } = row;
  const outcome = isFinished(row) ? row.outcome : undefined;
  const media = outcome?.status === 'PROCESSED' ? outcome.media : undefined;
  const failureCode = outcome === undefined || outcome.status === 'PROCESSED' ? undefined : outcome.failure.code;
  const sizeBytes = media?.sizeBytes ?? Number.NaN;
  const labels = labelTexts(alert.labels);
  return (
    isAmong(filter.stores, alert.store) &&
    isAmong(filter.statuses, statusOf(row)) &&
    isAmong(filter.failureCodes, failureCode) &&
    isAmong(filter.codecs, media?.video.codec) &&
    isAmong(filter.uids, alert.uid) &&
    (filter.video === undefined || alert.video === filter.video) &&
    (filter.minSizeBytes === undefined || sizeBytes >= filter.minSizeBytes) &&
    (filter.maxSizeBytes === undefined || sizeBytes <= filter.maxSizeBytes) &&
    (filter.labels ?? []).every(label => labels.includes(label)) &&
    isBetween(alert.timestampMicros, filter.sinceMicros, filter.untilMicros) &&
    isBetween(row.receivedAt.getTime() * 1_000, filter.receivedSinceMicros, filter.receivedUntilMicros)
  );
}

function isAmong<T>(wanted: readonly T[] | undefined, value: T | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function isBetween(micros: number, since = 0, until = Number.POSITIVE_INFINITY): boolean {
  return micros >= since && micros < until;
}

function placeOfAwaiting({ alert, awaitedSequence }: AwaitingAlert): AwaitingPosition {
  return { awaitedSequence, tenant: alert.tenant, uid: alert.uid };
}

function compareAwaiting(a: AwaitingPosition, b: AwaitingPosition): number {
  return a.awaitedSequence - b.awaitedSequence || compareTexts(a.tenant, b.tenant) || compareUids(a, b);
}

function comparePlaces(a: ListPosition, b: ListPosition): number {
  return a.micros - b.micros || compareUids(a, b);
}

function compareUids(a: { readonly uid: string }, b: { readonly uid: string }): number {
  return compareTexts(a.uid, b.uid);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import {
  type AlertRecord,
  type FinishedAlert,
  isFinished,
  type ReceivedAlert,
  statusOf,
} from '@vigie/mesh/alert/alert-record.ts';
import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import { firstOfEachUid, judgeAlerts } from '../domain/judge-alerts.ts';
import { judgeOutcomes } from '../domain/judge-outcomes.ts';
import type { AlertRecordKind, OutcomeRecordKind } from '../domain/record-kind.ts';
import type { AlertStore } from './alert-store.ts';

/** Keeps the rows in memory; can be told to fail. */
export class FakeAlertStore implements AlertStore {
  readonly rows = new Map<string, AlertRecord>();
  readonly batchSizes: number[] = [];
  /** Thrown by every call while set. */
  failure: Error | undefined;

  async recordReceived(batch: readonly ReceivedAlert[]): Promise<readonly AlertRecordKind[]> {
    this.#begin(batch.length);
    const standing = new Map([...this.rows].map(([uid, { alert }]) => [uid, alert]));
    for (const received of firstOfEachUid(batch)) {
      if (!this.rows.has(received.alert.uid)) this.rows.set(received.alert.uid, received);
    }
    return judgeAlerts(standing, batch);
  }

  async recordOutcomes(batch: readonly FinishedAlert[]): Promise<readonly OutcomeRecordKind[]> {
    this.#begin(batch.length);
    const standing = new Map(
      [...this.rows].map(([uid, row]) => [
        uid,
        { alert: row.alert, processedAt: isFinished(row) ? row.processedAt : null },
      ]),
    );
    const { kinds, toWrite } = judgeOutcomes(standing, batch);
    for (const finished of toWrite) {
      const { receivedAt, traceId } = this.rows.get(finished.alert.uid) as AlertRecord;
      this.rows.set(finished.alert.uid, { ...finished, receivedAt, traceId });
    }
    return kinds;
  }

  async get(uid: string): Promise<AlertRecord | undefined> {
    this.#begin(1);
    return this.rows.get(uid);
  }

  async list(filter: AlertFilter, limit: number, behind?: ListPosition): Promise<readonly AlertRecord[]> {
    this.#begin(limit);
    return [...this.rows.values()]
      .filter(row => matches(row, filter))
      .filter(row => behind === undefined || comparePlaces(row.alert, behind) < 0)
      .sort((a, b) => comparePlaces(b.alert, a.alert))
      .slice(0, limit);
  }

  #begin(size: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.batchSizes.push(size);
  }
}

function matches(row: AlertRecord, { store, status, sinceMicros, untilMicros }: AlertFilter): boolean {
  const { alert } = row;
  return (
    (store === undefined || alert.store === store) &&
    (status === undefined || statusOf(row) === status) &&
    (sinceMicros === undefined || alert.timestampMicros >= sinceMicros) &&
    (untilMicros === undefined || alert.timestampMicros < untilMicros)
  );
}

function comparePlaces(a: ListPosition, b: ListPosition): number {
  if (a.timestampMicros !== b.timestampMicros) return a.timestampMicros - b.timestampMicros;
  if (a.uid === b.uid) return 0;
  return a.uid < b.uid ? -1 : 1;
}

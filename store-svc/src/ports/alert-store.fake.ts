import { type AlertRecord, type FinishedAlert, isFinished, statusOf } from '@vigie/alert';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import { judgeAlerts } from '../domain/judge-alerts.ts';
import { judgeOutcomes } from '../domain/judge-outcomes.ts';
import { outcomeResults } from '../domain/outcome-results.ts';
import type { AlertResult, OutcomeResult } from '../domain/record-kind.ts';
import type { StandingAlert } from '../domain/standing-alert.ts';
import type { AlertStore } from './alert-store.ts';

/** Keeps the rows in memory; can be told to fail. */
export class FakeAlertStore implements AlertStore {
  readonly rows = new Map<string, AlertRecord>();
  /** Where in the stream each row's alert came first. */
  readonly #sequences = new Map<string, number>();
  readonly batchSizes: number[] = [];
  /** Thrown by every call while set. */
  failure: Error | undefined;

  async recordReceived(batch: readonly AlertArrival[]): Promise<readonly AlertResult[]> {
    this.#begin(batch.length);
    const { results, earlier, reopened } = judgeAlerts(this.#standing(), batch);
    for (const [index, arrival] of batch.entries()) {
      if (results[index]?.kind === 'RECORDED') this.#record(arrival);
    }
    for (const { received, sequence } of earlier) this.#sequences.set(received.alert.uid, sequence);
    for (const { received } of reopened) {
      const { alert, receivedAt, traceId } = this.rows.get(received.alert.uid) as AlertRecord;
      this.rows.set(alert.uid, { alert, receivedAt, traceId });
    }
    return results;
  }

  async displaceLatecomer(first: AlertArrival): Promise<void> {
    this.#begin(1);
    if (first.sequence < (this.#sequences.get(first.received.alert.uid) ?? 0)) this.#record(first);
  }

  async recordOutcomes(batch: readonly FoundOutcome[]): Promise<readonly OutcomeResult[]> {
    this.#begin(batch.length);
    const standing = this.#standing();
    const { kinds, toWrite } = judgeOutcomes(standing, batch);
    for (const { record } of toWrite) {
      const { receivedAt, traceId } = this.rows.get(record.alert.uid) as AlertRecord;
      this.rows.set(record.alert.uid, { ...record, receivedAt, traceId });
    }
    return outcomeResults(kinds, batch, standing, this.rows as ReadonlyMap<string, FinishedAlert>);
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

  #standing(): Map<string, StandingAlert> {
    const standing = [...this.rows].map(([uid, row]): [string, StandingAlert] => [
      uid,
      {
        ...{ alert: row.alert, receivedAt: row.receivedAt, traceId: row.traceId },
        sequence: this.#sequences.get(uid) ?? 0,
        status: statusOf(row),
        outcomeSequence: isFinished(row) ? row.sequence : null,
      },
    ]);
    return new Map(standing);
  }

  #record({ received, sequence }: AlertArrival): void {
    this.rows.set(received.alert.uid, received);
    this.#sequences.set(received.alert.uid, sequence);
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

import type { AlertRecord, FinishedAlert } from '@vigie/alert';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertFilter, ListOrder, ListPosition } from '../domain/alert-filter.ts';
import type { AlertRetry } from '../domain/alert-retry.ts';
import type { AwaitingAlert, AwaitingFilter, AwaitingPosition, Backlog } from '../domain/awaiting-alert.ts';
import type { AlertChanges } from '../domain/decide-alerts.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { ArchivableAlert, KnownAlert, Retirement, RetiringAlert } from '../domain/retired-alert.ts';

export { DatabaseError, UnstorableError } from '@vigie/postgres/errors';

/**
 * The alerts of all tenants.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface AlertStores {
  /** What one tenant has: nothing else is found or changed there. */
  of(tenant: string): AlertStore;

  /** Whoever has alerts. */
  tenants(): Promise<readonly string[]>;

  /**
   * Alerts whose outcomes are missing: those that wait for the earliest message first.
   *
   * @param behind only alerts that come later in the list than this place
   */
  findAwaiting(filter: AwaitingFilter, limit: number, behind?: AwaitingPosition): Promise<readonly AwaitingAlert[]>;

  /** The greatest position in the stream of alerts that any row has; 0 if there is none. */
  lastPosition(): Promise<number>;

  /** Of the alerts that are RECEIVED, those that were received before this. */
  countReceived(before: Date): Promise<Backlog>;
}

/**
 * One row an alert of a tenant, until it is retired. It stores what the use cases decide.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense; those that write throw
 * UnstorableError if it never will.
 */
export interface AlertStore {
  /**
   * Inserts alerts as RECEIVED, those whose uids never had a row.
   *
   * @param alerts at most one a uid, in the order of the uids: rows are locked in it
   * @returns by uid, the alerts that had the row already, or have it no more
   */
  insertNew(alerts: readonly AlertArrival[]): Promise<ReadonlyMap<string, KnownAlert>>;

  /**
   * Changes rows of alerts that are there: their position, if it is still a later one; their status to RECEIVED, if it
   * is still QUARANTINED by an earlier message; the message that their outcome is awaited from, if it is a later one.
   */
  change(changes: AlertChanges): Promise<void>;

  /**
   * Gives an alert the row of another one with its uid that came later in the stream, as RECEIVED. Changes nothing if
   * the row has no such alert any more.
   */
  displace(first: AlertArrival): Promise<void>;

  /**
   * Runs `work` in one transaction that holds the rows of these uids locked. It may run several times, each time in a
   * new transaction: only what the last one did is kept.
   */
  withLocked<T>(uids: readonly string[], work: (locked: LockedAlerts) => Promise<T>): Promise<T>;

  /**
   * Notes what was tried of alerts that are RECEIVED, until they have an outcome; leaves others alone.
   *
   * @param retries at most one a uid
   */
  noteRetries(retries: readonly AlertRetry[]): Promise<void>;

  get(uid: string): Promise<AlertRecord | undefined>;

  /** By uid; a uid that never had a row is missing. */
  find(uids: readonly string[]): Promise<ReadonlyMap<string, KnownAlert>>;

  /**
   * Alerts that are PROCESSED or FAILED, wait for nothing, and were received, or brought back, before this; those that
   * were received first come first.
   */
  findArchivable(before: Date, limit: number): Promise<readonly ArchivableAlert[]>;

  /**
   * Takes the rows of alerts away, of those that have their outcomes, wait for no other, and are as they were read; of
   * one that is DELETED also what quarantine has of it. Their uids stay taken.
   *
   * @param file the archive that has them
   * @returns the uids of those that lost their rows
   */
  retire(alerts: readonly RetiringAlert[], retirement: Retirement, file?: string): Promise<ReadonlySet<string>>;

  /** Notes that the outcome of an alert is awaited from a later message. */
  awaitOutcome(uid: string, sequence: number): Promise<void>;

  /**
   * @param after only alerts that come later in the list than this place
   * @param order the latest timestamp first if absent
   */
  list(filter: AlertFilter, limit: number, after?: ListPosition, order?: ListOrder): Promise<readonly AlertRecord[]>;
}

/** Rows that nobody else changes meanwhile. */
export interface LockedAlerts {
  /** By uid; a uid that never had a row is missing. */
  readonly current: ReadonlyMap<string, KnownAlert>;

  /** Writes outcomes onto the rows of their alerts, at most one a uid; never makes a row. */
  writeOutcomes(outcomes: readonly FoundOutcome[]): Promise<void>;

  /** What the rows say now of alerts that have their outcomes, by uid. */
  readFinished(uids: readonly string[]): Promise<ReadonlyMap<string, FinishedAlert>>;
}

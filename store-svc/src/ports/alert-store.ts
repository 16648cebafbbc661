import type { AlertRecord } from '@vigie/alert';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { AlertResult, OutcomeResult } from '../domain/record-kind.ts';

/**
 * One row an alert, for ever.
 *
 * Every method throws AlertStoreError where it isn't the caller's fault and trying again makes sense, and those that write
 * UnstorableError where it never will.
 */
export interface AlertStore {
  /**
   * Writes alerts as RECEIVED; of each uid the first in the stream stands, and a quarantined one that is to be probed again is RECEIVED
   * again. A result an alert, in the batch's order.
   */
  recordReceived(batch: readonly AlertArrival[]): Promise<readonly AlertResult[]>;

  /**
   * Gives an alert the row of another one with its uid that came later in the stream, as RECEIVED. Changes nothing where the
   * row has none such any more.
   */
  displaceLatecomer(first: AlertArrival): Promise<void>;

  /**
   * Writes outcomes onto the rows of their alerts, never making a row: which of two alerts with one uid stands is decided
   * by the order in which alerts are recorded. A result an outcome, in the batch's order.
   */
  recordOutcomes(batch: readonly FoundOutcome[]): Promise<readonly OutcomeResult[]>;

  get(uid: string): Promise<AlertRecord | undefined>;

  /**
   * The latest timestamp first, of equal ones the greatest uid.
   *
   * @param behind only alerts that come later in the list than this place
   */
  list(filter: AlertFilter, limit: number, behind?: ListPosition): Promise<readonly AlertRecord[]>;
}

/**
 * UNREACHABLE: it gives no answer. NOT_WRITABLE: it is read-only, or its disk is full. BUSY: it answers that it can't, or not
 * in time.
 */
export type AlertStoreFault = 'STORE_UNREACHABLE' | 'STORE_NOT_WRITABLE' | 'STORE_BUSY';

/** The call may have been done or not; doing it again is safe. */
export class AlertStoreError extends Error {
  override readonly name = 'AlertStoreError';
  readonly reason: AlertStoreFault;

  constructor(reason: AlertStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Something in the batch can't be stored, however often it is tried; nothing of the batch is. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
  readonly reason = 'UNSTORABLE';
}

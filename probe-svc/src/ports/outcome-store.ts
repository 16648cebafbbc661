import type { FinishedAlert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';
import type { FoundOutcome } from '../domain/found-outcome.ts';

/** What became of an outcome. */
export type RecordedOutcome =
  /** The row has an outcome of this delivery's message: this one, or the one that an earlier delivery found. */
  | { readonly kind: 'current'; readonly record: FinishedAlert }
  /** The row has the outcome of another message, which stays. */
  | { readonly kind: 'superseded' }
  /** The uid belongs to an alert with other content. */
  | { readonly kind: 'conflict' };

/** The rows of all alerts. */
export interface OutcomeStore {
  /**
   * Writes an outcome. The first one of a message stays, so that every delivery of it publishes the same.
   *
   * Waits for a store that is away, however long that takes, and a while for one that has no row of the alert yet.
   *
   * @throws OutcomeStoreError; and the signal's reason when that aborts
   */
  record(outcome: FoundOutcome, signal?: AbortSignal): Promise<RecordedOutcome>;
}

/** STORE_FAILED: the store is there, and answers with an error of its own. */
export type OutcomeStoreErrorReason = 'STORE_FAILED' | 'ALERT_UNKNOWN' | 'OUTCOME_REFUSED';

/** The outcome is not written; the alert has to be tried again. */
export class OutcomeStoreError extends ReasonedError<OutcomeStoreErrorReason> {
  override readonly name = 'OutcomeStoreError';
}

import type { FinishedAlert } from '@vigie/mesh/alert/alert-record.ts';

/** The rows of all alerts. */
export interface OutcomeStore {
  /**
   * Writes an outcome; the same one again changes nothing. `conflict`: the uid belongs to an alert with other content,
   * which stands.
   *
   * Waits for a store that is away, however long that takes, and a while for one that hasn't heard of the alert yet.
   *
   * @throws OutcomeStoreError; and the signal's reason when that aborts
   */
  record(outcome: FinishedAlert, signal?: AbortSignal): Promise<'recorded' | 'conflict'>;
}

export type OutcomeStoreFault = 'STORE_UNREACHABLE' | 'ALERT_UNKNOWN' | 'OUTCOME_REFUSED';

/** The outcome is not written; the alert has to be tried again. */
export class OutcomeStoreError extends Error {
  override readonly name = 'OutcomeStoreError';
  readonly reason: OutcomeStoreFault;

  constructor(reason: OutcomeStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

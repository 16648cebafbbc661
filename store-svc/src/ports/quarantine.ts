import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../domain/quarantined-alert.ts';

/**
 * Every message that was ever set aside, and what became of it.
 *
 * Every method throws AlertStoreError where it isn't the caller's fault and trying again makes sense.
 */
export interface Quarantine {
  /**
   * Keeps messages; one that is there already stays as it is. Throws UnstorableError where trying again makes no sense.
   */
  keep(batch: readonly QuarantinedAlert[]): Promise<void>;

  /** The latest first. @param behind only messages that come later in the list than this place */
  list(
    state: QuarantineState,
    filter: QuarantineFilter,
    limit: number,
    behind?: QuarantinePosition,
  ): Promise<readonly QuarantinedAlert[]>;

  /** Those that are HELD, the oldest first. */
  oldestHeld(filter: QuarantineFilter, limit: number): Promise<readonly QuarantinedAlert[]>;

  countHeld(filter: QuarantineFilter): Promise<number>;

  /** Settles those of them that are HELD. Resolves with how many that were. */
  settle(ids: readonly string[], state: Exclude<QuarantineState, 'HELD'>): Promise<number>;
}

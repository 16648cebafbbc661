import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../domain/quarantined-alert.ts';

/**
 * Every message that was ever quarantined, and whether it is held, redriven or discarded.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface QuarantineStore {
  /**
   * Keeps messages; one that is there already stays as it is. Throws UnstorableError if trying again makes no sense.
   */
  keep(batch: readonly QuarantinedAlert[]): Promise<void>;

  /** The latest first. @param after only messages that come later in the list than this place */
  list(
    state: QuarantineState,
    filter: QuarantineFilter,
    limit: number,
    after?: QuarantinePosition,
  ): Promise<readonly QuarantinedAlert[]>;

  /** Which of these ids it has, in any state. */
  has(ids: readonly string[]): Promise<ReadonlySet<string>>;

  /** The message that was at a position in the stream of alerts, in any state, if it brought the alert `uid`. */
  findAt(sequence: number, uid: string): Promise<QuarantinedAlert | undefined>;

  /** Those that are HELD, the oldest first. */
  oldestHeld(filter: QuarantineFilter, limit: number): Promise<readonly QuarantinedAlert[]>;

  countHeld(filter: QuarantineFilter): Promise<number>;

  /** Resolves those of them that are HELD. @returns how many that were */
  resolve(ids: readonly string[], state: Exclude<QuarantineState, 'HELD'>): Promise<number>;
}

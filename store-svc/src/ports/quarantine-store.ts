import type { AlertName } from '@vigie/alert';
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

  /** A tenant's, the latest first. @param after only messages that come later in the list than this place */
  list(
    tenant: string,
    state: QuarantineState,
    filter: QuarantineFilter,
    limit: number,
    after?: QuarantinePosition,
  ): Promise<readonly QuarantinedAlert[]>;

  /** Which of these ids it has, in any state. */
  has(ids: readonly string[]): Promise<ReadonlySet<string>>;

  /** The message that was at a position in the stream of alerts, in any state, if it brought this alert. */
  findAt(sequence: number, alert: AlertName): Promise<QuarantinedAlert | undefined>;

  /** A tenant's that are HELD, the oldest first. */
  oldestHeld(tenant: string, filter: QuarantineFilter, limit: number): Promise<readonly QuarantinedAlert[]>;

  countHeld(tenant: string, filter: QuarantineFilter): Promise<number>;

  /** Resolves those of the tenant's that are HELD. @returns how many that were */
  resolve(tenant: string, ids: readonly string[], state: Exclude<QuarantineState, 'HELD'>): Promise<number>;
}

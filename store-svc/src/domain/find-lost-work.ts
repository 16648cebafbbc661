import type { AlertMessage } from './alert-message.ts';
import { isContentOf, isRetired, type KnownAlert } from './retired-alert.ts';

/**
 * What a message that every consumer has finished lacks all the same.
 * - ROW: it has neither a row nor a place in quarantine.
 * - EVENT: its outcome is in its row, and nothing reports that outcome.
 */
export type LostWork = 'ROW' | 'EVENT';

/** What is known of a message. */
export interface Traces {
  /** The row of its alert's uid. */
  readonly row: KnownAlert | undefined;
  readonly isQuarantined: boolean;
  /** An event reports its outcome, or events of its time are no longer kept. */
  readonly isReported: boolean;
}

/** A row that waits for an outcome lacks nothing here: it is found by what it waits for. */
export function findLostWork(message: AlertMessage, { row, isQuarantined, isReported }: Traces): LostWork | undefined {
  const { content, sequence } = message;
  const isRowOfIt = content.kind === 'alert' && row !== undefined && isContentOf(row, content.alert);
  if (!isRowOfIt) return isQuarantined ? undefined : 'ROW';
  if (isRetired(row)) return undefined;
  if (row.outcomeSequence !== sequence) return undefined;
  return (row.status === 'QUARANTINED' ? isQuarantined : isReported) ? undefined : 'EVENT';
}

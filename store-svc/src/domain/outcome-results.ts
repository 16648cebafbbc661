import type { FinishedAlert } from '@vigie/alert';
import type { FoundOutcome } from './found-outcome.ts';
import type { OutcomeRecordKind, OutcomeResult } from './record-kind.ts';
import type { StandingAlert } from './standing-alert.ts';

/**
 * What to tell of each outcome of a batch that is written.
 *
 * @param standing the alerts by uid, as they were before
 * @param rows by uid what the rows say now, of the outcomes that are UNCHANGED
 */
export function outcomeResults(
  kinds: readonly OutcomeRecordKind[],
  batch: readonly FoundOutcome[],
  standing: ReadonlyMap<string, StandingAlert>,
  rows: ReadonlyMap<string, FinishedAlert>,
): OutcomeResult[] {
  return batch.map(({ record, isReplay }, index): OutcomeResult => {
    const kind = kinds[index] as OutcomeRecordKind;
    const { uid } = record.alert;
    if (kind === 'UNCHANGED') return { kind, standing: rows.get(uid) as FinishedAlert };
    if (kind !== 'RECORDED' || !isReplay) return { kind };
    // The row keeps when and in which trace the alert came first; the replay has its own.
    const { receivedAt, traceId } = standing.get(uid) as StandingAlert;
    return { kind, standing: { ...record, receivedAt, traceId } };
  });
}

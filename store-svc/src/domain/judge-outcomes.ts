import type { Alert } from '@vigie/mesh/alert/alert.ts';
import type { FinishedAlert } from '@vigie/mesh/alert/alert-record.ts';
import type { OutcomeRecordKind } from './record-kind.ts';
import { isSameContent } from './same-content.ts';

/** An alert that is recorded, and when its outcome was found, if it has one. */
export interface StandingAlert {
  readonly alert: Alert;
  readonly processedAt: Date | null;
}

export interface JudgedOutcomes {
  /** One an outcome, in the batch's order. */
  readonly kinds: readonly OutcomeRecordKind[];
  /** The outcomes to write: at most one a uid, in the order of the uids. */
  readonly toWrite: readonly FinishedAlert[];
}

/**
 * What becomes of each outcome of a batch, as if they came one by one. The outcome that was found last wins, so that a
 * replayed or redriven alert updates its row and a late delivery of an old outcome doesn't.
 *
 * @param standing the recorded alerts by uid
 */
export function judgeOutcomes(
  standing: ReadonlyMap<string, StandingAlert>,
  batch: readonly FinishedAlert[],
): JudgedOutcomes {
  const written = new Map<string, FinishedAlert>();
  const kinds = batch.map((outcome): OutcomeRecordKind => {
    const { uid } = outcome.alert;
    const row = standing.get(uid);
    if (row === undefined) return 'UNKNOWN_ALERT';
    if (!isSameContent(row.alert, outcome.alert)) return 'CONFLICT';
    const { processedAt } = written.get(uid) ?? row;
    if (processedAt !== null && outcome.processedAt <= processedAt) return 'UNCHANGED';
    written.set(uid, outcome);
    return 'RECORDED';
  });
  return { kinds, toWrite: [...written.values()].sort((a, b) => (a.alert.uid < b.alert.uid ? -1 : 1)) };
}

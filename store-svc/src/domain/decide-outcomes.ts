import type { FinishedAlert } from '@vigie/alert';
import type { CurrentAlert } from './current-alert.ts';
import type { FoundOutcome } from './found-outcome.ts';
import type { OutcomeRecordKind, OutcomeResult } from './record-kind.ts';
import { isContentOf, isRetired, type KnownAlert } from './retired-alert.ts';

export interface OutcomeDecisions {
  /** One an outcome, in the batch's order. */
  readonly kinds: readonly OutcomeRecordKind[];
  /** The outcomes to write: at most one a uid, in the order of the uids. */
  readonly toWrite: readonly FoundOutcome[];
}

/**
 * Decides how each outcome of a batch is recorded, as if they came one by one. The first outcome of an alert is
 * current, whichever replica found it and however often the client sent the alert; only a message that was published to
 * have the alert probed again replaces it, unless a later such message has already. No clock is asked.
 *
 * @param current the recorded alerts by uid
 */
export function decideOutcomes(
  current: ReadonlyMap<string, KnownAlert>,
  batch: readonly FoundOutcome[],
): OutcomeDecisions {
  const written = new Map<string, FoundOutcome>();
  const inTurn = batch.map((outcome): OutcomeRecordKind => {
    const { alert, sequence } = outcome.record;
    const row = current.get(alert.uid);
    if (row === undefined) return 'UNKNOWN_ALERT';
    if (isRetired(row)) return isContentOf(row, alert) ? 'SUPERSEDED' : 'CONFLICT';
    // An alert that came earlier in the stream is still to be recorded, and displaces the current one.
    if (!isContentOf(row, alert)) return sequence < row.sequence ? 'UNKNOWN_ALERT' : 'CONFLICT';
    const currentSequence = written.get(alert.uid)?.record.sequence ?? row.outcomeSequence;
    if (currentSequence === sequence) return 'UNCHANGED';
    const wins = currentSequence === null || (outcome.isReplay && sequence > currentSequence);
    if (!wins) return 'SUPERSEDED';
    written.set(alert.uid, outcome);
    return 'RECORDED';
  });
  // A later outcome of the same batch may be the current one in the end.
  const kinds = batch.map(({ record: { alert, sequence } }, index): OutcomeRecordKind => {
    const kind = inTurn[index] as OutcomeRecordKind;
    const isReplaced = (written.get(alert.uid)?.record.sequence ?? sequence) !== sequence;
    return kind === 'UNCHANGED' && isReplaced ? 'SUPERSEDED' : kind;
  });
  return { kinds, toWrite: [...written.values()].sort((a, b) => (a.record.alert.uid < b.record.alert.uid ? -1 : 1)) };
}

/** The uids whose rows say what an outcome that is UNCHANGED is answered with. */
export function uidsUnchanged(kinds: readonly OutcomeRecordKind[], batch: readonly FoundOutcome[]): string[] {
  return batch.filter((_, index) => kinds[index] === 'UNCHANGED').map(({ record }) => record.alert.uid);
}

/**
 * The result of each outcome of a batch that is written.
 *
 * @param current the alerts by uid, as they were before
 * @param rows what the rows of `uidsUnchanged` say now, by uid
 */
export function outcomeResults(
  kinds: readonly OutcomeRecordKind[],
  batch: readonly FoundOutcome[],
  current: ReadonlyMap<string, KnownAlert>,
  rows: ReadonlyMap<string, FinishedAlert>,
): OutcomeResult[] {
  return batch.map(({ record, isReplay }, index): OutcomeResult => {
    const kind = kinds[index] as OutcomeRecordKind;
    const { uid } = record.alert;
    if (kind === 'UNCHANGED') return { kind, current: rows.get(uid) as FinishedAlert };
    if (kind !== 'RECORDED' || !isReplay) return { kind };
    // The row keeps when and in which trace the alert came first; the replay has its own.
    const { receivedAt, traceId } = current.get(uid) as CurrentAlert;
    return { kind, current: { ...record, receivedAt, traceId } };
  });
}

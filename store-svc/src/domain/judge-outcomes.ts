import type { FoundOutcome } from './found-outcome.ts';
import type { OutcomeRecordKind } from './record-kind.ts';
import { isSameContent } from './same-content.ts';
import type { StandingAlert } from './standing-alert.ts';

export interface JudgedOutcomes {
  /** One an outcome, in the batch's order. */
  readonly kinds: readonly OutcomeRecordKind[];
  /** The outcomes to write: at most one a uid, in the order of the uids. */
  readonly toWrite: readonly FoundOutcome[];
}

/**
 * What becomes of each outcome of a batch, as if they came one by one. The first outcome of an alert stands, whichever
 * replica found it and however often the client sent the alert; only a message that was published to have the alert probed
 * again replaces it, unless a later such message has already. No clock is asked.
 *
 * @param standing the recorded alerts by uid
 */
export function judgeOutcomes(
  standing: ReadonlyMap<string, StandingAlert>,
  batch: readonly FoundOutcome[],
): JudgedOutcomes {
  const written = new Map<string, FoundOutcome>();
  const inTurn = batch.map((outcome): OutcomeRecordKind => {
    const { alert, sequence } = outcome.record;
    const row = standing.get(alert.uid);
    if (row === undefined) return 'UNKNOWN_ALERT';
    // One that came first in the stream is recorded yet, and takes the row over.
    if (!isSameContent(row.alert, alert)) return sequence < row.sequence ? 'UNKNOWN_ALERT' : 'CONFLICT';
    const standingSequence = written.get(alert.uid)?.record.sequence ?? row.outcomeSequence;
    if (standingSequence === sequence) return 'UNCHANGED';
    const wins = standingSequence === null || (outcome.isReplay && sequence > standingSequence);
    if (!wins) return 'SUPERSEDED';
    written.set(alert.uid, outcome);
    return 'RECORDED';
  });
  // In the end a later one of the batch may stand, and is what the row says.
  const kinds = batch.map(({ record: { alert, sequence } }, index): OutcomeRecordKind => {
    const kind = inTurn[index] as OutcomeRecordKind;
    const isReplaced = (written.get(alert.uid)?.record.sequence ?? sequence) !== sequence;
    return kind === 'UNCHANGED' && isReplaced ? 'SUPERSEDED' : kind;
  });
  return { kinds, toWrite: [...written.values()].sort((a, b) => (a.record.alert.uid < b.record.alert.uid ? -1 : 1)) };
}

import type { FinishedAlert } from '@vigie/alert';
import type { AwaitingAlert, AwaitingFilter } from '../domain/awaiting-alert.ts';
import type { QuarantinedAlert } from '../domain/quarantined-alert.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import type { ReplayQueue } from '../ports/replay-queue.ts';
import type { RecordOutcome } from './record-outcome.ts';

const PAGE_SIZE = 500;

export interface ReviveAlertsParts {
  readonly store: Pick<AlertStore, 'findAwaiting' | 'awaitOutcome'>;
  readonly quarantine: Pick<QuarantineStore, 'findAt'>;
  readonly replayQueue: Pick<ReplayQueue, 'revive'>;
  readonly recordOutcome: RecordOutcome;
}

/**
 * Has alerts probed that wait for an outcome from a message that is finished or gone. Yields them page by page, each
 * alert once: a row waits for its new message from then on.
 *
 * @throws DatabaseError, ReplayQueueError
 */
export type ReviveAlerts = (filter: AwaitingFilter) => AsyncIterable<readonly AwaitingAlert[]>;

export function createReviveAlerts({ store, quarantine, replayQueue, recordOutcome }: ReviveAlertsParts): ReviveAlerts {
  return async function* revive(filter) {
    let last: AwaitingAlert | undefined;
    do {
      const behind = last && { awaitedSequence: last.awaitedSequence, uid: last.alert.uid };
      const awaiting = await store.findAwaiting(filter, PAGE_SIZE, behind);
      await Promise.all(awaiting.map(reviveOne));
      yield awaiting;
      last = awaiting.length < PAGE_SIZE ? undefined : awaiting.at(-1);
    } while (last !== undefined);
  };

  async function reviveOne(alert: AwaitingAlert): Promise<void> {
    const { uid } = alert.alert;
    const quarantined = await quarantine.findAt(alert.awaitedSequence, uid);
    if (quarantined === undefined) await store.awaitOutcome(uid, await replayQueue.revive(alert));
    // It was given up, and its row could not say so.
    else await recordOutcome({ record: outcomeOf(alert, quarantined), isReplay: true });
  }
}

function outcomeOf(
  { alert, receivedAt, traceId, awaitedSequence: sequence }: AwaitingAlert,
  { failure, attempts, quarantinedAt }: QuarantinedAlert,
): FinishedAlert {
  return {
    ...{ alert, receivedAt, traceId, sequence },
    outcome: { status: 'QUARANTINED', failure },
    effort: { attempts, bytesRead: 0, requests: 0, elapsedMs: 0 },
    processedAt: quarantinedAt,
  };
}

import type { FinishedAlert } from '@vigie/alert';
import type { AwaitingAlert, AwaitingFilter } from '../domain/awaiting-alert.ts';
import type { QuarantinedAlert } from '../domain/quarantined-alert.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import type { ReplayQueue } from '../ports/replay-queue.ts';
import type { RecordOutcome } from './record-outcome.ts';

const PAGE_SIZE = 500;

export interface ReviveAlertsParts {
  readonly stores: Pick<AlertStores, 'findAwaiting' | 'of'>;
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

export function createReviveAlerts({
  stores,
  quarantine,
  replayQueue,
  recordOutcome,
}: ReviveAlertsParts): ReviveAlerts {
  return async function* revive(filter) {
    let last: AwaitingAlert | undefined;
    do {
      const behind = last && { awaitedSequence: last.awaitedSequence, tenant: last.alert.tenant, uid: last.alert.uid };
      const awaiting = await stores.findAwaiting(filter, PAGE_SIZE, behind);
      await Promise.all(awaiting.map(reviveOne));
      yield awaiting;
      last = awaiting.length < PAGE_SIZE ? undefined : awaiting.at(-1);
    } while (last !== undefined);
  };

  async function reviveOne(awaiting: AwaitingAlert): Promise<void> {
    const { alert, awaitedSequence } = awaiting;
    const quarantined = await quarantine.findAt(awaitedSequence, alert);
    if (quarantined === undefined) {
      await stores.of(alert.tenant).awaitOutcome(alert.uid, await replayQueue.revive(awaiting));
    } else {
      // It was given up, and its row could not say so.
      await recordOutcome({ record: outcomeOf(awaiting, quarantined), isReplay: true });
    }
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

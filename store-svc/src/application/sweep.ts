import type { AlertMessage } from '../domain/alert-message.ts';
import type { AwaitingAlert } from '../domain/awaiting-alert.ts';
import type { AlertJournal, JournalProgress } from '../ports/alert-journal.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import type { MaintenanceLease } from '../ports/maintenance-lease.ts';
import type { Repaired, SweepReports } from '../ports/sweep-reports.ts';
import type { ReviveAlerts } from './revive-alerts.ts';
import type { SweepMessages } from './sweep-messages.ts';

/**
 * Longer than a page takes: a process that ends, or is frozen, leaves the lease to another one. Two that sweep at once
 * do no harm, as everything is done once however often it is asked for.
 */
const HOLD_MS = 30_000;

export interface SweepParts {
  readonly lease: MaintenanceLease;
  readonly alertJournal: Pick<AlertJournal, 'progress'>;
  readonly stores: Pick<AlertStores, 'countReceived'>;
  readonly sweepMessages: SweepMessages;
  readonly reviveAlerts: ReviveAlerts;
  readonly reports: SweepReports;
  /**
   * Younger messages and rows are left alone. Longer than the streams know a duplicate, so that what is published again
   * is not taken for one.
   */
  readonly afterMs: number;
}

/**
 * Finds work that was lost behind the back of the mesh and does it again: by a power loss that sets a consumer ahead, a
 * database or a stream that was restored from an earlier time, a delivery that nats-server forgot, or a person who
 * acknowledged messages by hand. One process at a time does it.
 *
 * @param signal ends the pass between two pages
 */
export type Sweep = (signal: AbortSignal) => Promise<void>;

export function createSweep(parts: SweepParts): Sweep {
  const { lease, alertJournal, stores, sweepMessages, reviveAlerts, reports, afterMs } = parts;

  return async signal => {
    const swept = await lease.hold(HOLD_MS);
    if (swept === undefined) {
      sweepMessages.forget();
      reports.left();
      return;
    }
    const progress = await alertJournal.progress();
    const receivedBefore = new Date(progress.serverTime.getTime() - afterMs);
    await sweepStream(swept, progress, receivedBefore, signal);
    if (signal.aborted) return;
    await reviveRows(progress, receivedBefore, signal);
    reports.passed(progress.serverTime, await stores.countReceived(receivedBefore));
  };

  async function sweepStream(
    swept: number,
    { firstSequence, finishedThrough: through }: JournalProgress,
    receivedBefore: Date,
    signal: AbortSignal,
  ): Promise<void> {
    let sweptThrough = swept;
    const from = Math.max(firstSequence, swept + 1);
    for await (const page of sweepMessages.sweep({ from, through, receivedBefore })) {
      for (const { kind, message } of page.found) reports.repaired(kind, repairedMessage(message));
      if (!(await lease.noteSwept(sweptThrough, page.through))) break;
      sweptThrough = page.through;
      if (signal.aborted || (await lease.hold(HOLD_MS)) === undefined) break;
    }
    sweepMessages.forgetThrough(sweptThrough);
  }

  async function reviveRows(
    { firstSequence, finishedThrough }: JournalProgress,
    receivedBefore: Date,
    signal: AbortSignal,
  ): Promise<void> {
    const filter = { finishedThrough, receivedBefore, firstSequence };
    for await (const revived of reviveAlerts(filter)) {
      for (const alert of revived) reports.repaired('OUTCOME', repairedRow(alert));
      if (signal.aborted) return;
    }
  }
}

function repairedMessage({ content, sequence, receivedAt }: AlertMessage): Repaired {
  return { alert: content.kind === 'alert' ? content.alert : undefined, sequence, receivedAt };
}

function repairedRow({ alert, awaitedSequence, receivedAt }: AwaitingAlert): Repaired {
  return { alert, sequence: awaitedSequence, receivedAt };
}

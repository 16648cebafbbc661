import type { QuarantinedAlert, QuarantineFilter } from '../domain/quarantined-alert.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import type { ReplayQueue } from '../ports/replay-queue.ts';

export interface Settled {
  /** How many messages were settled. */
  readonly settled: number;
  /** How many the filter matches that are still held. */
  readonly remaining: number;
}

/** Settles those that are held, the oldest first. */
export type SettleQuarantined = (filter: QuarantineFilter, limit: number) => Promise<Settled>;

/**
 * Puts messages back into the stream of alerts. Each is on disk there before it counts as redriven here, so that a
 * crash in between loses none: it is redriven again.
 *
 * @throws AlertStoreError, ReplayQueueError
 */
export function createRedriveAlerts(quarantine: Quarantine, queue: ReplayQueue): SettleQuarantined {
  return async (filter, limit) => {
    const held = await quarantine.oldestHeld(filter, limit);
    const attempts = await Promise.allSettled(held.map(alert => queue.redrive(alert)));
    const redriven = held.filter((_, index) => attempts[index]?.status === 'fulfilled');
    const settled = await quarantine.settle(idsOf(redriven), 'REDRIVEN');
    const failed = attempts.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return { settled, remaining: await quarantine.countHeld(filter) };
  };
}

/** @throws AlertStoreError */
export function createDiscardQuarantined(quarantine: Quarantine): SettleQuarantined {
  return async (filter, limit) => {
    const held = await quarantine.oldestHeld(filter, limit);
    const settled = await quarantine.settle(idsOf(held), 'DISCARDED');
    return { settled, remaining: await quarantine.countHeld(filter) };
  };
}

function idsOf(alerts: readonly QuarantinedAlert[]): string[] {
  return alerts.map(({ id }) => id);
}

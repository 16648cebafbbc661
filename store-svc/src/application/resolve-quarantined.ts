import type { QuarantinedAlert, QuarantineFilter } from '../domain/quarantined-alert.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import type { ReplayQueue } from '../ports/replay-queue.ts';

export interface Resolved {
  /** How many messages were resolved: redriven or discarded. */
  readonly resolved: number;
  /** How many the filter matches that are still held. */
  readonly remaining: number;
}

/** Resolves a tenant's messages that are held, the oldest first. */
export type ResolveQuarantined = (tenant: string, filter: QuarantineFilter, limit: number) => Promise<Resolved>;

/**
 * Puts messages back into the stream of alerts. Each is on disk there before it counts as redriven here, so that a
 * crash in between loses none: it is redriven again.
 *
 * @throws DatabaseError, ReplayQueueError
 */
export function createRedriveAlerts(quarantine: QuarantineStore, queue: ReplayQueue): ResolveQuarantined {
  return async (tenant, filter, limit) => {
    const held = await quarantine.oldestHeld(tenant, filter, limit);
    const attempts = await Promise.allSettled(held.map(alert => queue.redrive(alert)));
    const redriven = held.filter((_, index) => attempts[index]?.status === 'fulfilled');
    const resolved = await quarantine.resolve(tenant, idsOf(redriven), 'REDRIVEN');
    const failed = attempts.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return { resolved, remaining: await quarantine.countHeld(tenant, filter) };
  };
}

/** @throws DatabaseError */
export function createDiscardQuarantined(quarantine: QuarantineStore): ResolveQuarantined {
  return async (tenant, filter, limit) => {
    const held = await quarantine.oldestHeld(tenant, filter, limit);
    const resolved = await quarantine.resolve(tenant, idsOf(held), 'DISCARDED');
    return { resolved, remaining: await quarantine.countHeld(tenant, filter) };
  };
}

function idsOf(alerts: readonly QuarantinedAlert[]): string[] {
  return alerts.map(({ id }) => id);
}

import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import type { ReplayQueue } from '../ports/replay-queue.ts';
import type { AlertPage, ListAlerts } from './list-alerts.ts';

export type ReplayAlerts = (
  tenant: string,
  filter: AlertFilter,
  pageSize: number,
  after: ListPosition | undefined,
) => Promise<AlertPage>;

/**
 * Has a page of alerts probed again, the latest first. One that fails half way may be repeated: who is probed twice
 * only costs twice.
 *
 * @throws DatabaseError, ReplayQueueError
 */
export function createReplayAlerts(listAlerts: ListAlerts, queue: ReplayQueue): ReplayAlerts {
  return async (tenant, filter, pageSize, after) => {
    const page = await listAlerts(tenant, filter, pageSize, after);
    await Promise.all(page.alerts.map(({ alert }) => queue.replay(alert)));
    return page;
  };
}

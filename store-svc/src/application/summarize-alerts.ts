import type { CountFilter } from '../domain/alert-filter.ts';
import { type AlertSummary, summarize } from '../domain/alert-summary.ts';
import type { AlertCounts } from '../ports/alert-counts.ts';

/** @throws DatabaseError */
export type SummarizeAlerts = (tenant: string, filter: CountFilter) => Promise<AlertSummary>;

export function createSummarizeAlerts(counts: Pick<AlertCounts, 'count'>): SummarizeAlerts {
  return async (tenant, filter) => summarize(await counts.count(tenant, filter));
}

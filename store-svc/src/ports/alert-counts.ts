import type { CountFilter } from '../domain/alert-filter.ts';
import type { AlertSummary } from '../domain/alert-summary.ts';

/**
 * How many alerts there are, exactly, for any window of time, without reading their rows.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface AlertCounts {
  /** Of a tenant's alerts. */
  summarize(tenant: string, filter: CountFilter): Promise<AlertSummary>;

  /** Adds what changed since the last time to the sums, which keeps counting fast. Several may do it at once. */
  fold(): Promise<void>;
}

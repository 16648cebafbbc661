import type { CountFilter } from '../domain/alert-filter.ts';
import type { AlertCount } from '../domain/alert-summary.ts';

/**
 * How many alerts there are, exactly, for any window of time, without reading their rows.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface AlertCounts {
  /** Of a tenant's alerts: one for each combination of store, status and failure code that has alerts. */
  count(tenant: string, filter: CountFilter): Promise<readonly AlertCount[]>;

  /** Adds what changed since the last time to the sums, which keeps counting fast. Several may do it at once. */
  fold(): Promise<void>;
}

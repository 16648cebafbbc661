import { ALL_TENANTS } from '@vigie/access/tenants';
import type { FinalStatus } from '@vigie/alert';
import { type FeedPart, partOf } from './feed-position.ts';

export const FINAL_STATUSES: readonly FinalStatus[] = ['PROCESSED', 'FAILED', 'QUARANTINED'];

/** Which outcomes a watch wants; all that is set holds together. Each list is in one order, with nothing twice. */
export interface OutcomeFilter {
  /** Whose; `ALL_TENANTS` for everybody's. */
  readonly tenant: string;
  /** Those of alerts of one of these stores; any store if empty. */
  readonly stores: readonly string[];
  /** Those of alerts that have all these labels, each as `key=value`; any if empty. */
  readonly labels: readonly string[];
  readonly statuses: readonly FinalStatus[];
}

export const EVERYTHING: OutcomeFilter = { tenant: ALL_TENANTS, stores: [], labels: [], statuses: FINAL_STATUSES };

/** What filters ask of an outcome. */
export interface FilterableOutcome {
  readonly tenant: string;
  readonly store: string;
  /** Of its alert, each as `key=value`. */
  readonly labels: readonly string[];
  readonly status: FinalStatus;
}

export function matches({ tenant, stores, labels, statuses }: OutcomeFilter, outcome: FilterableOutcome): boolean {
  return (
    (tenant === outcome.tenant || tenant === ALL_TENANTS) &&
    statuses.includes(outcome.status) &&
    (stores.length === 0 || stores.includes(outcome.store)) &&
    (labels.length === 0 || labels.every(label => outcome.labels.includes(label)))
  );
}

/** The streams that outcomes which match the filter travel on. */
export function partsOf({ statuses }: OutcomeFilter): ReadonlySet<FeedPart> {
  return new Set(statuses.map(partOf));
}

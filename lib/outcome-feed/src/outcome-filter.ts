import type { FinalStatus } from '@vigie/alert';
import { type FeedPart, partOf } from './feed-position.ts';

export const FINAL_STATUSES: readonly FinalStatus[] = ['PROCESSED', 'FAILED', 'QUARANTINED'];

export interface OutcomeFilter {
  /** Any store if undefined. */
  readonly store: string | undefined;
  readonly statuses: readonly FinalStatus[];
}

/** The streams that outcomes which match the filter travel on. */
export function partsOf({ statuses }: OutcomeFilter): ReadonlySet<FeedPart> {
  return new Set(statuses.map(partOf));
}

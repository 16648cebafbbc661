import { type Alert, contentHash, isSameContent } from '@vigie/alert';
import type { CurrentAlert } from './current-alert.ts';

/** Why an alert has no row any more. */
export type Retirement = 'DELETED' | 'ARCHIVED';

/** What is kept of an alert without a row: enough to tell it from another one with its uid, which stays taken. */
export interface RetiredAlert {
  readonly uid: string;
  readonly retirement: Retirement;
  readonly contentHash: string;
}

/** An alert that has its row, or had it. */
export type KnownAlert = CurrentAlert | RetiredAlert;

/** An alert that may lose its row, as that was when it was read: one that has changed since keeps it. */
export interface RetiringAlert {
  readonly uid: string;
  readonly contentHash: string;
  readonly sequence: number;
  readonly outcomeSequence: number;
}

/** An alert that may be archived. */
export interface ArchivableAlert extends RetiringAlert {
  readonly receivedAt: Date;
  /** Its whole row, a line of JSON keyed by column. */
  readonly row: string;
}

export function isRetired(known: KnownAlert): known is RetiredAlert {
  return 'retirement' in known;
}

/** Whether an alert of the same uid is this one. */
export function isContentOf(known: KnownAlert, alert: Alert): boolean {
  return isRetired(known) ? known.contentHash === contentHash(alert) : isSameContent(known.alert, alert);
}

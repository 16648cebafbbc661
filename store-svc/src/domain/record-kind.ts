import type { FinishedAlert } from '@vigie/alert';
import type { CurrentAlert } from './current-alert.ts';

/**
 * How an alert was recorded. Of two alerts with one uid and different content, the first in the stream is current.
 * - RECORDED: it has a row now.
 * - UNCHANGED: it had its row already, and may have it no more.
 * - REOPENED: its row said QUARANTINED, and waits for a probe again.
 * - CONFLICT: another alert is current.
 * - DISPLACES: another alert has the row although it came later in the stream. Nothing is written yet.
 */
export type AlertRecordKind = 'RECORDED' | 'UNCHANGED' | 'REOPENED' | 'CONFLICT' | 'DISPLACES';

export type AlertResult =
  | { readonly kind: Exclude<AlertRecordKind, 'DISPLACES'> }
  | { readonly kind: 'DISPLACES'; readonly later: CurrentAlert };

/**
 * How an outcome was recorded.
 * - RECORDED: the row has it now.
 * - UNCHANGED: the row has an outcome of the same message already.
 * - SUPERSEDED: the row has the outcome of another message, which is current, or is there no more.
 * - CONFLICT: another alert with its uid is current.
 * - UNKNOWN_ALERT: the alert has no row yet.
 */
export type OutcomeRecordKind = 'RECORDED' | 'UNCHANGED' | 'SUPERSEDED' | 'CONFLICT' | 'UNKNOWN_ALERT';

export type OutcomeResult =
  | { readonly kind: Exclude<OutcomeRecordKind, 'UNCHANGED' | 'RECORDED'> }
  /** `current`: what the row says now, if that differs from what was to be recorded. */
  | { readonly kind: 'RECORDED'; readonly current?: FinishedAlert }
  | { readonly kind: 'UNCHANGED'; readonly current: FinishedAlert };

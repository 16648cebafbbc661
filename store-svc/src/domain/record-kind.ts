import type { FinishedAlert } from '@vigie/alert';
import type { StandingAlert } from './standing-alert.ts';

/**
 * What became of an alert that was to be recorded; the first of a uid in the stream stands. REOPENED: a quarantined one waits
 * for its probe again. LATECOMER_STANDS: the row has one that came later in the stream and was recorded sooner; nothing is
 * done yet.
 */
export type AlertRecordKind = 'RECORDED' | 'UNCHANGED' | 'CONFLICT' | 'REOPENED' | 'LATECOMER_STANDS';

export type AlertResult =
  | { readonly kind: Exclude<AlertRecordKind, 'LATECOMER_STANDS'> }
  | { readonly kind: 'LATECOMER_STANDS'; readonly latecomer: StandingAlert };

/**
 * What became of an outcome that was to be recorded. UNCHANGED: the row has one of the same message. SUPERSEDED: it has one
 * of another message, which stands. UNKNOWN_ALERT: the alert isn't there (yet).
 */
export type OutcomeRecordKind = 'RECORDED' | 'UNCHANGED' | 'SUPERSEDED' | 'CONFLICT' | 'UNKNOWN_ALERT';

export type OutcomeResult =
  | { readonly kind: Exclude<OutcomeRecordKind, 'UNCHANGED' | 'RECORDED'> }
  /** `standing`: what the row says, where that is another outcome, or when and how the alert came differs. */
  | { readonly kind: 'RECORDED'; readonly standing?: FinishedAlert }
  | { readonly kind: 'UNCHANGED'; readonly standing: FinishedAlert };

import type { FinishedAlert } from '@vigie/mesh/alert/alert-record.ts';

/** What became of an alert that was to be recorded; the first of a uid stands. REOPENED: a quarantined one waits for its probe again. */
export type AlertRecordKind = 'RECORDED' | 'UNCHANGED' | 'CONFLICT' | 'REOPENED';

/**
 * What became of an outcome that was to be recorded. UNCHANGED: the row has one of the same message. SUPERSEDED: it has one
 * of another message, which stands. UNKNOWN_ALERT: the alert isn't there (yet).
 */
export type OutcomeRecordKind = 'RECORDED' | 'UNCHANGED' | 'SUPERSEDED' | 'CONFLICT' | 'UNKNOWN_ALERT';

export type OutcomeResult =
  | { readonly kind: Exclude<OutcomeRecordKind, 'UNCHANGED'> }
  /** `standing`: what the row says. */
  | { readonly kind: 'UNCHANGED'; readonly standing: FinishedAlert };

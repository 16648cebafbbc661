/** What became of an alert that was to be recorded; the first of a uid stands. */
export type AlertRecordKind = 'RECORDED' | 'UNCHANGED' | 'CONFLICT';

/** What became of an outcome that was to be recorded. UNKNOWN_ALERT: its alert isn't there (yet). */
export type OutcomeRecordKind = AlertRecordKind | 'UNKNOWN_ALERT';

export interface FieldViolation {
  readonly field: string;
  /** Which rule is broken and what would be right. */
  readonly description: string;
}

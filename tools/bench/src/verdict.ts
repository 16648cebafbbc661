/** Whether a comparison stayed within its bounds. */
export interface Verdict {
  readonly isWithinBounds: boolean;
  /** What was compared, a line each. */
  readonly lines: readonly string[];
}

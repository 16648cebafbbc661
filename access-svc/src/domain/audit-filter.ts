/** Which events of the audit log; undefined is all. */
export interface AuditFilter {
  readonly tenant: string | undefined;
  readonly subject: string | undefined;
  readonly method: string | undefined;
  /** Milliseconds since 1970, the first one. */
  readonly sinceMs: number | undefined;
  /** Milliseconds since 1970, the first one no more. */
  readonly untilMs: number | undefined;
}

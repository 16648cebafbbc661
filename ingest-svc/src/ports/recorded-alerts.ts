/** The alerts that are recorded, as far as that can be known now. */
export interface RecordedAlerts {
  /**
   * The content of the alert that has this uid (`contentHash`). Undefined if none is recorded, or nobody can say soon:
   * an alert is accepted all the same then.
   */
  findContent(uid: string): Promise<string | undefined>;
  /** The same for many, in their order. Whoever asks for one alone does not wait behind these. */
  findContents(uids: readonly string[]): Promise<readonly (string | undefined)[]>;
}

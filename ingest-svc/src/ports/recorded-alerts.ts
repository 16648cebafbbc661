import type { AlertName } from '@vigie/alert';

/** The alerts that are recorded, as far as that can be known now. */
export interface RecordedAlerts {
  /**
   * The content of the alert that has this one's uid (`contentHash`). Undefined if none is recorded, or nobody can say
   * soon: an alert is accepted all the same then.
   */
  findContent(alert: AlertName): Promise<string | undefined>;
  /** The same for many, in their order. Whoever asks for one alone does not wait behind these. */
  findContents(alerts: readonly AlertName[]): Promise<readonly (string | undefined)[]>;
}

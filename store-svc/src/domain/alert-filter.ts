import type { AlertStatus } from '@vigie/alert';

/** Which alerts to list; all that is set holds together. */
export interface AlertFilter {
  readonly store?: string | undefined;
  readonly status?: AlertStatus | undefined;
  /** Microseconds since the Unix epoch, inclusive. */
  readonly sinceMicros?: number | undefined;
  /** Microseconds since the Unix epoch, exclusive. */
  readonly untilMicros?: number | undefined;
}

/** The place of an alert in the list: the latest timestamp first, of equal ones the greatest uid. */
export interface ListPosition {
  readonly timestampMicros: number;
  readonly uid: string;
}

import type { AlertStatus, FailureCode, ReceivedAlert } from '@vigie/alert';

/** Which alerts to list; all that is set holds together. */
export interface AlertFilter {
  readonly store?: string | undefined;
  readonly status?: AlertStatus | undefined;
  /** Microseconds since the Unix epoch, inclusive. */
  readonly sinceMicros?: number | undefined;
  /** Microseconds since the Unix epoch, exclusive. */
  readonly untilMicros?: number | undefined;
  readonly failureCode?: FailureCode | undefined;
  readonly video?: string | undefined;
  /** When Vigie accepted it: microseconds since the Unix epoch, inclusive. */
  readonly receivedSinceMicros?: number | undefined;
  /** When Vigie accepted it: microseconds since the Unix epoch, exclusive. */
  readonly receivedUntilMicros?: number | undefined;
  readonly uids?: readonly string[] | undefined;
}

/** By which time a list is ordered; of equal times, the uids are in the same order. */
export interface ListOrder {
  readonly by: 'timestamp' | 'received_at';
  readonly isDescending: boolean;
}

export const LATEST_FIRST: ListOrder = { by: 'timestamp', isDescending: true };

/** The place of an alert in a list. */
export interface ListPosition {
  /** The time by which the list is ordered, in microseconds since the Unix epoch. */
  readonly micros: number;
  readonly uid: string;
}

/** The place of an alert in a list of this order. */
export function placeOf({ alert, receivedAt }: ReceivedAlert, { by }: ListOrder): ListPosition {
  return { micros: by === 'timestamp' ? alert.timestampMicros : receivedAt.getTime() * 1_000, uid: alert.uid };
}

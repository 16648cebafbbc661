import type { AlertStatus, FailureCode, ReceivedAlert } from '@vigie/alert';

/** Which alerts to list; all that is set holds together. Of a list, one value has to be the alert's. */
export interface AlertFilter extends CountFilter {
  readonly codecs?: readonly string[] | undefined;
  /** Of the video file, inclusive. Alerts whose video has no known size are left out by either bound. */
  readonly minSizeBytes?: number | undefined;
  readonly maxSizeBytes?: number | undefined;
  /** Each as `key=value`; the alert has all of them. */
  readonly labels?: readonly string[] | undefined;
  readonly video?: string | undefined;
  /** When Vigie accepted it: microseconds since the Unix epoch, inclusive. */
  readonly receivedSinceMicros?: number | undefined;
  /** When Vigie accepted it: microseconds since the Unix epoch, exclusive. */
  readonly receivedUntilMicros?: number | undefined;
  readonly uids?: readonly string[] | undefined;
}

/** Which alerts to count: by what they are counted by. */
export interface CountFilter {
  readonly stores?: readonly string[] | undefined;
  readonly statuses?: readonly AlertStatus[] | undefined;
  readonly failureCodes?: readonly FailureCode[] | undefined;
  /** Microseconds since the Unix epoch, inclusive. */
  readonly sinceMicros?: number | undefined;
  /** Microseconds since the Unix epoch, exclusive. */
  readonly untilMicros?: number | undefined;
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

import type { Alert, Failure, FailureCode } from '@vigie/alert';

export type QuarantineState = 'HELD' | 'REDRIVEN' | 'DISCARDED';

/** A message that was quarantined for a person to look at. */
export interface QuarantinedAlert {
  readonly id: string;
  readonly state: QuarantineState;
  /** Undefined if the message could not be parsed as an alert. */
  readonly alert: Alert | undefined;
  readonly tenant: string;
  readonly store: string;
  readonly failure: Failure;
  readonly attempts: number;
  /** How many times it had been redriven before. */
  readonly redrives: number;
  readonly receivedAt: Date;
  readonly quarantinedAt: Date;
  /** When it was redriven or discarded. */
  readonly resolvedAt: Date | null;
  readonly traceId: string;
  /** The subject, the position in the stream of alerts and the bytes of the original message. */
  readonly subject: string;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Which messages; all that is set holds together. */
export interface QuarantineFilter {
  readonly ids?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  readonly stores?: readonly string[] | undefined;
  readonly code?: FailureCode | undefined;
  /** Quarantined at this time or later, in microseconds since the Unix epoch. */
  readonly sinceMicros?: number | undefined;
  /** Quarantined earlier than this, in microseconds since the Unix epoch. */
  readonly untilMicros?: number | undefined;
}

/** The place of a message in the list: the latest first, of equal times the greatest id. */
export interface QuarantinePosition {
  readonly quarantinedAtMs: number;
  readonly id: string;
}

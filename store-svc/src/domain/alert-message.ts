import type { Alert } from '@vigie/alert';

/** A delivery of a stream's message: the same facts for whichever replica it is delivered to, also after a restart. */
export interface Delivery {
  /** How many times the message was delivered, this time included. */
  readonly attempts: number;
  /** When the stream stored the message. */
  readonly receivedAt: Date;
}

/** A delivery of a message of the stream of alerts. */
export interface AlertMessage extends Delivery {
  readonly content: AlertContent;
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string;
  /** Its position in the stream. */
  readonly sequence: number;
  /** The position that it counts as having instead, for a message of a stream that doesn't fit the rows. */
  readonly position?: number;
  /** By which quarantine would know it. */
  readonly quarantineId: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** How many times it had been redriven from quarantine. */
  readonly redrives: number;
}

export type AlertContent =
  | {
      readonly kind: 'alert';
      readonly alert: Alert;
      /** It was published to have the alert probed again. */
      readonly isReplay: boolean;
    }
  /** It could not be parsed as an alert. */
  | { readonly kind: 'malformed'; readonly why: string };

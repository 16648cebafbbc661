/** A promise that was broken. */
export interface Breach {
  readonly kind: BreachKind;
  /** By `alertKey`; absent if it concerns no alert. */
  readonly alert?: string;
  readonly detail: string;
}

export const BREACH_KINDS = [
  /** Accepted, but without a row, a final status or its place in quarantine. */
  'lost',
  /** Stored more than once. */
  'doubled',
  /** The row holds what nobody sent. */
  'wrong-content',
  /** An alert is current though it was sent after a conflicting one was accepted. */
  'out-of-order',
  /** The final status is not that of the video. */
  'wrong-outcome',
  /** No event reports how the alert ended. */
  'missing-event',
  /** In the mesh, though nobody sent it. */
  'foreign',
  /** A consumer has unfinished messages. */
  'unfinished-work',
  /** Nothing sent after a fault was finished in time. */
  'no-recovery',
  /** Memory or file handles did not come back to normal. */
  'footprint',
] as const;

export type BreachKind = (typeof BREACH_KINDS)[number];

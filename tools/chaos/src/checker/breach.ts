/** A promise that was broken. */
export interface Breach {
  readonly kind: BreachKind;
  /** Absent where it concerns no alert. */
  readonly uid?: string;
  readonly detail: string;
}

export const BREACH_KINDS = [
  /** Accepted, and no row, no end, or no place in quarantine. */
  'lost',
  /** Stored more than once. */
  'doubled',
  /** The row holds what nobody sent. */
  'wrong-content',
  /** Of two contents the one that was sent after the other was accepted has the row, and the first is in quarantine. */
  'out-of-order',
  /** The end is not the one that the video has. */
  'wrong-outcome',
  /** No event reports how the alert ended. */
  'missing-event',
  /** In the mesh, though nobody sent it. */
  'foreign',
  /** A consumer is not done. */
  'unfinished-work',
  /** Nothing sent after a fault was finished in time. */
  'no-recovery',
  /** Memory or file handles did not come back to normal. */
  'footprint',
] as const;

export type BreachKind = (typeof BREACH_KINDS)[number];

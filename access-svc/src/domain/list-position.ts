/** A place in a list that has the latest first. */
export interface ListPosition {
  readonly time: Date;
  /** Tells items of one moment apart. */
  readonly id: string;
}

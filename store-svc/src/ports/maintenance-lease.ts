/** Makes that one process at a time looks after what all replicas share, and remembers how far it got. */
export interface MaintenanceLease {
  /**
   * Takes the lease, or keeps it, for `holdMs` from now.
   *
   * @returns the position through which the stream of alerts is swept; undefined while another process has the lease
   */
  hold(holdMs: number): Promise<number | undefined>;

  /**
   * Remembers that the stream is swept from one position through another one.
   *
   * @returns false if that isn't where this process was: another one has the lease, or the database fell back
   */
  noteSwept(from: number, through: number): Promise<boolean>;

  /** Which stream the rows are of; undefined before that is noted. */
  streamIdentity(): Promise<string | undefined>;

  /** Notes which stream the rows are of, unless that is noted. @returns what is noted now */
  nameStream(identity: string): Promise<string>;

  /** Notes that the rows are of another stream from now on, of which nothing is to be swept before a position. */
  replaceStream(identity: string, sweptThrough: number): Promise<void>;

  /** Leaves the lease to others at once. */
  release(): Promise<void>;
}

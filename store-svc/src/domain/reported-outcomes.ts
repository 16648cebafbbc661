/** Events that report outcomes, as they were read. */
export interface ReadEvents {
  /** Positions in the stream of alerts of the messages whose outcomes they report. */
  readonly reported: readonly number[];
  /** The position, among the events, of the last one. */
  readonly through: number;
  /** Events from before are no longer kept, and were not read; undefined if none is missing. */
  readonly missingBefore: Date | undefined;
}

/** The messages whose outcomes are reported, as far as they still have to be compared with rows. */
export class ReportedOutcomes {
  readonly #sequences = new Set<number>();
  #missingBefore: Date | undefined;
  /** The position, among the events, of the last one that was read; undefined before the first. */
  through: number | undefined;

  add({ reported, through, missingBefore }: ReadEvents): void {
    for (const sequence of reported) this.#sequences.add(sequence);
    this.#missingBefore = missingBefore ?? this.#missingBefore;
    this.through = through;
  }

  /** Whether the outcome of a message is reported, as far as can be known. */
  has({ sequence, receivedAt }: { readonly sequence: number; readonly receivedAt: Date }): boolean {
    if (this.#sequences.has(sequence)) return true;
    // An outcome is reported after its message was received.
    return this.#missingBefore !== undefined && receivedAt < this.#missingBefore;
  }

  /** Messages up to this position were compared. */
  forgetThrough(sequence: number): void {
    for (const known of this.#sequences) if (known <= sequence) this.#sequences.delete(known);
  }
}

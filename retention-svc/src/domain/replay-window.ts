export interface MessageTime {
  readonly sequence: number;
  /** When it was published, by the server's clock. */
  readonly time: Date;
}

/** The first message at or after a sequence, or undefined if there is none. */
export type ReadMessageTime = (sequence: number) => Promise<MessageTime | undefined>;

/** The sequences from `first` up to and without `end`. */
export interface SequenceRange {
  readonly first: number;
  readonly end: number;
}

/**
 * The sequence of the first message within the replay window, which is one that is not older than `oldBefore`; `end` if
 * all are older. A binary search: some 20 reads for a million messages.
 *
 * It assumes that messages are in the order of their times. If the server's clock was set back they aren't, and a
 * younger message may come before an older one. It then stays for less than the replay window; it is finished all the
 * same, as only finished messages are trimmed.
 */
export async function findWindowStart(
  { first, end }: SequenceRange,
  oldBefore: Date,
  read: ReadMessageTime,
): Promise<number> {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const message = await read(middle);
    // From `middle` to `high` there are only gaps.
    if (message === undefined || message.sequence >= high) high = middle;
    else if (message.time < oldBefore) low = message.sequence + 1;
    else high = middle;
  }
  return low;
}

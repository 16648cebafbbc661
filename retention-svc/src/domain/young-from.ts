export interface MessageTime {
  readonly sequence: number;
  /** When it was published, by the server's clock. */
  readonly time: Date;
}

/** The first message at or behind a sequence, or undefined where there is none. */
export type ReadMessageTime = (sequence: number) => Promise<MessageTime | undefined>;

/** The sequences from `first` up to and without `end`. */
export interface SequenceRange {
  readonly first: number;
  readonly end: number;
}

/**
 * The sequence of the first message that is not older than `oldBefore`; `end` if all are older. A binary search, so some 20
 * reads for a million messages.
 *
 * It takes for granted that messages stand in the order of their times. Where the server's clock was set back they don't, and a
 * younger one may stand below: the replay window is then shorter for it, no more, as only finished messages are trimmed.
 */
export async function findYoungFrom(
  { first, end }: SequenceRange,
  oldBefore: Date,
  read: ReadMessageTime,
): Promise<number> {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const message = await read(middle);
    // Nothing but gaps up to there.
    if (message === undefined || message.sequence >= high) high = middle;
    else if (message.time < oldBefore) low = message.sequence + 1;
    else high = middle;
  }
  return low;
}

import type { FinalStatus } from '@vigie/alert';

/** How far one of the two streams that outcomes travel on is read. */
export interface StreamPosition {
  /** Of the last message that was read. */
  readonly sequence: number;
  /**
   * When the stream was created, in ms since 1970. One that was lost and made anew counts from 1 again, so the same
   * sequence is another message there. 0 if unknown, as in tokens of earlier versions.
   */
  readonly createdMs: number;
}

/** How far a watch has come. */
export interface FeedPosition {
  readonly outcomes: StreamPosition;
  readonly quarantine: StreamPosition;
}

/** A stream's part of a position. */
export type FeedPart = keyof FeedPosition;

export const FEED_PARTS: readonly FeedPart[] = ['outcomes', 'quarantine'];

/** The stream that outcomes of this status travel on. */
export function partOf(status: FinalStatus): FeedPart {
  return status === 'QUARANTINED' ? 'quarantine' : 'outcomes';
}

/** Whether whoever has read up to `position` has read everything up to `other` too, in these parts. */
export function hasReached(position: FeedPosition, other: FeedPosition, parts: Iterable<FeedPart>): boolean {
  for (const part of parts) {
    const { sequence, createdMs } = position[part];
    if (createdMs !== other[part].createdMs || sequence < other[part].sequence) return false;
  }
  return true;
}

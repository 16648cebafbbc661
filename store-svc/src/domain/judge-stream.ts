/** The stream of alerts at one moment. */
export interface AlertStreamState {
  /** Tells it from one that was lost and created again; undefined if this service has never opened it. */
  readonly identity: string | undefined;
  /** It takes messages. */
  readonly isOpen: boolean;
  readonly firstSequence: number;
  /** Of the latest message, whether it is still there or not. */
  readonly lastSequence: number;
  readonly messages: number;
}

/** What the rows know of the stream. */
export interface KnownPositions {
  /** Of the stream that the rows are of; undefined before that is known. */
  readonly identity: string | undefined;
  /** The greatest position in any row; 0 if there is none. */
  readonly last: number;
}

/**
 * How the stream fits the rows.
 * - CURRENT: its next position comes after all that are in rows.
 * - UNNAMED: the same, but nobody has noted yet which stream it is.
 * - CLOSED: the same, but it takes no messages.
 * - REPLACED: it is another stream than the one that the rows are of, so its positions don't compare with theirs.
 * - BEHIND: it has not come as far as the rows.
 */
export type StreamVerdict = 'CURRENT' | 'UNNAMED' | 'CLOSED' | 'REPLACED' | 'BEHIND';

/** @param known read before the stream's state: both grow */
export function judgeStream(known: KnownPositions, state: AlertStreamState): StreamVerdict {
  if (state.lastSequence < known.last) return 'BEHIND';
  if (known.identity !== undefined && state.identity !== known.identity) return 'REPLACED';
  if (!state.isOpen) return 'CLOSED';
  return known.identity === undefined ? 'UNNAMED' : 'CURRENT';
}

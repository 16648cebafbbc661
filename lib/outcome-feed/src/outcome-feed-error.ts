import { ReasonedError } from '@vigie/service-kit/errors';
import type { FeedPosition } from './feed-position.ts';

export type OutcomeFeedErrorReason =
  /** The source gives no answer. */
  | 'FEED_UNREACHABLE'
  /** A stream was deleted, or made anew, under a watch. */
  | 'OUTCOMES_LOST'
  /** Outcomes after the position that was asked for are no longer kept. */
  | 'RESUME_TOKEN_EXPIRED'
  /** The position that was asked for is one of a stream that was made anew since. */
  | 'RESUME_TOKEN_OF_LOST_STREAM'
  /** The reader was so slow that what it has yet to read is no longer at hand. */
  | 'WATCH_FELL_BEHIND';

export class OutcomeFeedError extends ReasonedError<OutcomeFeedErrorReason> {
  override readonly name = 'OutcomeFeedError';
  /**
   * From where another watch can go on: without a gap after WATCH_FELL_BEHIND; from the oldest outcomes that are still
   * kept after RESUME_TOKEN_*.
   */
  readonly position: FeedPosition | undefined;

  constructor(
    reason: OutcomeFeedErrorReason,
    message: string,
    options: ErrorOptions & { readonly position?: FeedPosition } = {},
  ) {
    super(reason, message, options);
    this.position = options.position;
  }
}

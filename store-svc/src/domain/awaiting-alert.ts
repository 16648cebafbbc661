import type { ReceivedAlert } from '@vigie/alert';

/** An alert whose row waits for an outcome: it has none, or is to be probed again. */
export interface AwaitingAlert extends ReceivedAlert {
  /** Position in the stream of alerts of the message that the outcome is to come from. */
  readonly awaitedSequence: number;
}

/** Which of them: those for which nothing in the stream is left to come from. */
export interface AwaitingFilter {
  /** Up to this position every message is finished. */
  readonly finishedThrough: number;
  /** Received earlier than this ... */
  readonly receivedBefore: Date;
  /** ... or awaited from a position before this, where the stream holds nothing any more. */
  readonly firstSequence: number;
}

/** The place of an alert among those that wait: the earliest message first. */
export interface AwaitingPosition {
  readonly awaitedSequence: number;
  readonly tenant: string;
  readonly uid: string;
}

/** How many rows are RECEIVED, and since when the oldest of them. */
export interface Backlog {
  readonly alerts: number;
  readonly oldest: Date | undefined;
}

import type { AlertMessage } from '../domain/alert-message.ts';

/** How far the stream of alerts, and the work on it, is. */
export interface JournalProgress {
  /** The first message that the stream still has; one more than the last it ever had, if it has none. */
  readonly firstSequence: number;
  /** Up to this position both the recording and the probing of every message are acknowledged. */
  readonly finishedThrough: number;
  /** By the clock that gives messages their times. */
  readonly serverTime: Date;
}

/** What the stream of alerts still has of its past. Every method rejects while it can't be reached. */
export interface AlertJournal {
  progress(): Promise<JournalProgress>;

  /** Messages from one position through another one, in pages of up to `pageSize`; those that are gone are left out. */
  read(from: number, through: number, pageSize: number): AsyncIterable<readonly AlertMessage[]>;
}

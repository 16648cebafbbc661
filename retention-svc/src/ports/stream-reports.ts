import type { StreamState } from '../domain/stream-state.ts';
import type { StreamWarning } from '../domain/warnings.ts';

/** What one pass found in a stream, and what it did. */
export interface StreamReport {
  /** As it was before the trim. */
  readonly state: StreamState;
  readonly trimmedMessages: number;
  /** When the oldest message that is kept was published, by the server's clock; undefined if none is kept. */
  readonly oldestKept: Date | undefined;
  readonly warnings: readonly StreamWarning[];
}

/** Where the state of the streams is reported to people. */
export interface StreamReports {
  report(report: StreamReport): void;
}

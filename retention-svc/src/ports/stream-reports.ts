import type { StreamState } from '../domain/stream-state.ts';
import type { StreamWarning } from '../domain/warnings.ts';

/** What one round found and did at a stream. */
export interface StreamReport {
  /** As it was before the trim. */
  readonly state: StreamState;
  readonly trimmedMessages: number;
  /** When the oldest message that is kept was published, by the server's clock; undefined where none is. */
  readonly oldestKept: Date | undefined;
  readonly warnings: readonly StreamWarning[];
}

/** Where people learn how the streams do. */
export interface StreamReports {
  report(report: StreamReport): void;
}

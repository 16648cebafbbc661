import type { AlertStreamState, KnownPositions, StreamVerdict } from '../domain/judge-stream.ts';

/** Where it is reported to people that the stream of alerts doesn't fit the rows. */
export interface PositionReports {
  judged(verdict: StreamVerdict, known: KnownPositions, state: AlertStreamState): void;

  /** The stream goes on from a position. @param rescued how many messages it had, which are recorded by now */
  moved(sequence: number, rescued: number): void;
}

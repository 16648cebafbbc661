import type { AlertName } from '@vigie/alert';
import type { Backlog } from '../domain/awaiting-alert.ts';

/**
 * What a sweep finds missing.
 * - ROW: of a message, its row or its place in quarantine.
 * - OUTCOME: of a row, the message that its outcome is to come from.
 * - EVENT: of an outcome, what reports it.
 */
export const MISSING = ['ROW', 'OUTCOME', 'EVENT'] as const;
export type Missing = (typeof MISSING)[number];

/** What was missing something, and has it again. */
export interface Repaired {
  /** Undefined for a message that is no alert. */
  readonly alert: AlertName | undefined;
  /** Position in the stream of alerts of the message that it was missing of. */
  readonly sequence: number;
  readonly receivedAt: Date;
}

/** Where sweeps are reported to people. */
export interface SweepReports {
  repaired(missing: Missing, repaired: Repaired): void;

  /** All of a pass is done. @param now by the clock that gives messages their times */
  passed(now: Date, backlog: Backlog): void;

  /** The pass was left to another process. */
  left(): void;

  /** @param error why the pass failed, if it did */
  ended(error: Error | undefined): void;
}

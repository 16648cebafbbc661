import type { FinishedAlert, Outcome } from '@vigie/alert';
import type { AlertAttempt } from './alert-attempt.ts';

/** What reading and probing the video cost. */
export interface ProbeCost {
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
}

/** The record of an alert whose outcome was found just now. */
export function finishAlert(attempt: AlertAttempt, outcome: Outcome, cost: ProbeCost): FinishedAlert {
  const { alert, receivedAt, traceId, attempts, streamSequence: sequence } = attempt;
  const { bytesRead, requests, elapsedMs } = cost;
  const effort = { attempts, bytesRead, requests, elapsedMs };
  return { alert, receivedAt, traceId, outcome, effort, processedAt: new Date(), sequence };
}

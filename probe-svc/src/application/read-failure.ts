import type { Failure } from '@vigie/alert';
import { type MediaSourceError, ReadBudgetExceededError } from '@vigie/media-source';

/** Why a video could not be read or probed, as an alert's failure. */
export interface ReadFailure {
  readonly kind: 'failure';
  readonly failure: Failure;
  /** When the video server asked to be tried again. */
  readonly retryAfterMs?: number | undefined;
  /** The video server did not answer in time. */
  readonly timedOut?: boolean;
}

export function toReadFailure(error: MediaSourceError | ReadBudgetExceededError): ReadFailure {
  const { message } = error;
  if (error instanceof ReadBudgetExceededError) {
    return { kind: 'failure', failure: { code: 'HEADER_BUDGET_EXCEEDED', message } };
  }
  const code = error.reason === 'NOT_FOUND' ? 'VIDEO_NOT_FOUND' : 'VIDEO_UNREACHABLE';
  const { retryAfterMs, timedOut } = error;
  return { kind: 'failure', failure: { code, message }, retryAfterMs, timedOut };
}

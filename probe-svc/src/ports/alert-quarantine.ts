import type { Failure } from '@vigie/alert';
import type { AlertAttempt } from '../domain/alert-attempt.ts';

/** Where alerts that could not be finished wait for a person. */
export interface AlertQuarantine {
  /**
   * Adds the message that the alert came in, with the reason. Resolves once it is on disk; the same attempt added
   * twice is kept once.
   *
   * @throws AlertQuarantineError
   */
  add(attempt: AlertAttempt, failure: Failure): Promise<void>;
}

/** The message is not in quarantine; it has to be added again. */
export class AlertQuarantineError extends Error {
  override readonly name = 'AlertQuarantineError';
  readonly reason = 'QUARANTINE_UNREACHABLE';
}

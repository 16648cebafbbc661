import type { Failure } from '@vigie/alert';
import type { AlertDelivery } from '../domain/alert-delivery.ts';

/** Where alerts that could not be finished wait for a person. */
export interface AlertQuarantine {
  /**
   * Adds the message that the alert came in, with the reason. Resolves once it is on disk; the same delivery added
   * twice is kept once.
   *
   * @throws AlertQuarantineError
   */
  add(delivery: AlertDelivery, failure: Failure): Promise<void>;
}

/** The message is not in quarantine; it has to be added again. */
export class AlertQuarantineError extends Error {
  override readonly name = 'AlertQuarantineError';
  readonly reason = 'QUARANTINE_UNREACHABLE';
}

import type { Failure } from '@vigie/alert';
import type { AlertDelivery } from '../domain/alert-delivery.ts';

/** Where alerts wait for a person that could not be finished. */
export interface AlertQuarantine {
  /**
   * Keeps the message that the alert came in, with the reason. Resolves once it is on disk; the same delivery twice is kept
   * once.
   *
   * @throws AlertQuarantineError
   */
  keep(delivery: AlertDelivery, failure: Failure): Promise<void>;
}

/** The message is not in quarantine; it has to be kept again. */
export class AlertQuarantineError extends Error {
  override readonly name = 'AlertQuarantineError';
  readonly reason = 'QUARANTINE_UNREACHABLE';
}

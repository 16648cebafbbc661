import type { Alert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';
import type { QuarantinedAlert } from '../domain/quarantined-alert.ts';

/** Where alerts wait to be probed again, after those that are accepted meanwhile. */
export interface ReplayQueue {
  /**
   * Resolves once the alert is on disk.
   *
   * @throws ReplayQueueError
   */
  replay(alert: Alert): Promise<void>;

  /**
   * Puts the message back as it came. Resolves once it is on disk.
   *
   * @throws ReplayQueueError
   */
  redrive(quarantined: QuarantinedAlert): Promise<void>;
}

export type ReplayQueueErrorReason = 'QUEUE_FULL' | 'QUEUE_UNREACHABLE';

/** Whether the message is in the queue isn't known; putting it there again is safe. */
export class ReplayQueueError extends ReasonedError<ReplayQueueErrorReason> {
  override readonly name = 'ReplayQueueError';
}

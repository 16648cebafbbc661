import type { Alert } from '@vigie/alert';
import { ReasonedError } from '@vigie/service-kit/errors';
import type { AwaitingAlert } from '../domain/awaiting-alert.ts';
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
   * Has an alert probed that nothing in the queue is left for; once, however often that is asked for soon after.
   *
   * @returns its new position
   * @throws ReplayQueueError
   */
  revive(alert: AwaitingAlert): Promise<number>;

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

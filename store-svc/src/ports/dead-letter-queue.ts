import type { Failure } from '@vigie/alert';
import type { AlertMessage } from '../domain/alert-message.ts';
import type { CurrentAlert } from '../domain/current-alert.ts';

/** Where messages wait for a person that are not recorded. What is put in twice is kept once. */
export interface DeadLetterQueue {
  /**
   * Keeps a message as it came. Resolves once it is on disk.
   *
   * @throws DeadLetterQueueError
   */
  putMessage(message: AlertMessage, failure: Failure): Promise<void>;

  /**
   * Keeps an alert that has a row and whose message was acknowledged: a message is made of its row. Resolves once it is
   * on disk.
   *
   * @throws DeadLetterQueueError
   */
  putRecorded(alert: CurrentAlert, failure: Failure): Promise<void>;
}

/** Whether the message is in the queue isn't known; it has to be put there again. */
export class DeadLetterQueueError extends Error {
  override readonly name = 'DeadLetterQueueError';
  readonly reason = 'QUARANTINE_UNREACHABLE';
}

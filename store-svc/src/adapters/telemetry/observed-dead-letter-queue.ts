import type { Failure } from '@vigie/alert';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { AlertMessage } from '../../domain/alert-message.ts';
import type { CurrentAlert } from '../../domain/current-alert.ts';
import type { DeadLetterQueue } from '../../ports/dead-letter-queue.ts';
import type { StoreMetrics } from './store-metrics.ts';

/** A DeadLetterQueue that counts and logs what is put into another one. */
export class ObservedDeadLetterQueue implements DeadLetterQueue {
  readonly #queue: DeadLetterQueue;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;

  constructor(queue: DeadLetterQueue, logger: Logger, metrics: StoreMetrics) {
    this.#queue = queue;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  async putMessage(message: AlertMessage, failure: Failure): Promise<void> {
    await this.#queue.putMessage(message, failure);
    this.#note(message.sequence, failure, { subject: message.subject });
  }

  async putRecorded(alert: CurrentAlert, failure: Failure): Promise<void> {
    await this.#queue.putRecorded(alert, failure);
    this.#note(alert.sequence, failure, { uid: alert.alert.uid });
  }

  #note(streamSequence: number, { code: reason, message: why }: Failure, of: object): void {
    this.#metrics.countQuarantined(reason);
    this.#logger.warn({ ...of, streamSequence, reason, why }, 'message quarantined');
  }
}

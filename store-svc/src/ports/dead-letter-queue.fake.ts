import type { Failure } from '@vigie/alert';
import type { AlertMessage } from '../domain/alert-message.ts';
import type { CurrentAlert } from '../domain/current-alert.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

/** What a queue holds of a message, as far as deciding goes. */
export interface DeadLetter {
  readonly sequence: number;
  /** Undefined if the message could not be parsed as an alert. */
  readonly uid: string | undefined;
  readonly failure: Failure;
  readonly attempts: number;
  readonly traceId: string;
}

/** Keeps the messages in memory; can be made to fail. */
export class FakeDeadLetterQueue implements DeadLetterQueue {
  readonly #letters = new Map<number, DeadLetter>();
  /** Thrown by every call while set. */
  failure: Error | undefined;

  get letters(): readonly DeadLetter[] {
    return [...this.#letters.values()];
  }

  async putMessage(message: AlertMessage, failure: Failure): Promise<void> {
    const { content, sequence, attempts, traceId } = message;
    this.#put({ sequence, uid: content.kind === 'alert' ? content.alert.uid : undefined, failure, attempts, traceId });
  }

  async putRecorded({ alert: { uid }, sequence, traceId }: CurrentAlert, failure: Failure): Promise<void> {
    this.#put({ sequence, uid, failure, attempts: 1, traceId });
  }

  #put(letter: DeadLetter): void {
    if (this.failure !== undefined) throw this.failure;
    if (!this.#letters.has(letter.sequence)) this.#letters.set(letter.sequence, letter);
  }
}

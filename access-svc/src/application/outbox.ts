import { type Backoff, retry, settlesWithin } from '@vigie/service-kit/async';
import type { Mail } from '../domain/mail.ts';
import type { Mailer } from '../ports/mailer.ts';

const BACKOFF: Backoff = { baseMs: 500, maxMs: 30_000 };
const PATIENCE_MS = 10 * 60_000;
/** Each holds a token in memory. */
const MAX_WAITING = 1_000;
/** Of the time that teardown has beyond the calls. */
const FLUSH_MS = 1_000;

export interface OutboxOptions {
  readonly mailer: Mailer;
  /** Told once why a mail has to wait. */
  readonly onDelay: (error: unknown) => void;
  /** Told why a mail isn't sent any more. */
  readonly onLost: (error: unknown) => void;
}

/** Mails on their way: who asks for one isn't told whether there is one, nor can see it by the time that it takes. */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #stopped = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Never throws, and waits for nothing.
   *
   * @param write - makes the mail, unless there is none to be sent; done again where it, or sending, fails
   */
  post(write: () => Promise<Mail | undefined>): void {
    if (this.#sending.size < MAX_WAITING) {
      const sending = this.#send(write).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    } else {
      this.#options.onLost(new Error('too many wait'));
    }
  }

  /** Gives what waits another second. */
  async [Symbol.asyncDispose](): Promise<void> {
    await settlesWithin(Promise.all(this.#sending), FLUSH_MS);
    this.#stopped.abort();
    await Promise.all(this.#sending);
  }

  async #send(write: () => Promise<Mail | undefined>): Promise<void> {
    const { mailer, onDelay, onLost } = this.#options;
    const attempt = async () => {
      const mail = await write();
      if (mail !== undefined) await mailer.send(mail);
    };
    try {
      await retry(attempt, {
        backoff: BACKOFF,
        patienceMs: PATIENCE_MS,
        onRetry: ({ error, attempt: number }) => number === 1 && onDelay(error),
        signal: this.#stopped.signal,
      });
    } catch (error) {
      onLost(error);
    }
  }
}

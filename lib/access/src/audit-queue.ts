import { type Backoff, retry, settlesWithin } from '@vigie/service-kit/async';
import { type Logger, newTrace, withTrace } from '@vigie/service-kit/telemetry';

/** Somebody called a method whose calls are kept; `vigie.access.v1.AuditEvent` explains the fields. */
export interface AuditEvent {
  readonly id: string;
  readonly at: Date;
  readonly subject: string;
  readonly tenant: string;
  readonly method: string;
  readonly request: string;
  readonly code: string;
  readonly traceId: string;
}

export interface AuditQueueOptions {
  /** Has up to 100 events kept, each once however often it is sent. */
  readonly send: (events: readonly AuditEvent[]) => Promise<void>;
  /** Whether another attempt may succeed; events that are refused for good are in the log alone. */
  readonly isRetryable: (error: unknown) => boolean;
  readonly logger: Logger;
}

const MAX_WAITING = 10_000;
const MAX_BATCH = 100;
/** What is sent last, while the process ends, has time for a few attempts. */
const BACKOFF: Backoff = { baseMs: 100, maxMs: 500 };
/** Of the time that teardown has beyond the calls. */
const FLUSH_MS = 1_000;

/** Events on their way to where they are kept. Each is in the log too, should the process die before that. */
export class AuditQueue implements AsyncDisposable {
  readonly #options: AuditQueueOptions;
  readonly #stopped = new AbortController();
  /** Without those that are being sent. */
  readonly #waiting: AuditEvent[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: AuditQueueOptions) {
    this.#options = options;
  }

  /** Never throws, and waits for nothing. */
  add(event: AuditEvent): void {
    const { logger } = this.#options;
    logger.info(event, 'audited');
    if (this.#waiting.length >= MAX_WAITING) this.#reportLost(this.#waiting.splice(0, 1), 'too many wait');
    this.#waiting.push(event);
    // For what comes later too, so in no call's trace.
    this.#sending ??= withTrace(newTrace(), () => this.#sendAll());
  }

  /** Has what waits sent, within a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    await settlesWithin(this.#sending ?? Promise.resolve(), FLUSH_MS);
    this.#stopped.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    // What else comes in this turn of the event loop belongs to the first batch.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, MAX_BATCH));
    this.#sending = undefined;
  }

  async #send(events: readonly AuditEvent[]): Promise<void> {
    const { send, isRetryable, logger } = this.#options;
    try {
      await retry(() => send(events), {
        backoff: BACKOFF,
        isRetryable,
        onRetry: ({ error, attempt }) => attempt === 1 && logger.warn({ err: error }, 'audit events wait'),
        signal: this.#stopped.signal,
      });
    } catch (error) {
      this.#reportLost(events, (error as Error).message);
    }
  }

  #reportLost(events: readonly AuditEvent[], why: string): void {
    this.#options.logger.error({ events: events.map(({ id }) => id), why }, 'audit events are in this log alone');
  }
}

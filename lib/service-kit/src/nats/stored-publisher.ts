import { type ApiError, JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, errors, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { requireStored } from './publish-stored.ts';

export interface StoredPublisherOptions {
  /** Where the connection's user may have its replies: `inboxPrefix` of `readNatsUrl`. */
  readonly inboxPrefix?: string | undefined;
  /** How long a message may wait for its acknowledgement. */
  readonly timeoutMs: number;
}

/** What the stream answers: https://docs.nats.io/reference/reference-protocols/nats_api_reference */
interface PubAckJson {
  readonly stream?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: ApiError;
}

export interface StoredMessage {
  /** Its position in the stream. */
  readonly seq: number;
  /** Whether the stream had it already. */
  readonly duplicate: boolean;
}

/** No stream takes messages of the subject: nothing was stored. */
export class NoStreamError extends Error {
  override readonly name = 'NoStreamError';
}

interface Waiting {
  readonly subject: string;
  readonly deadline: number;
  readonly resolve: (stored: StoredMessage) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Like `publishStored`, for whoever publishes thousands of messages a second: all wait for their acknowledgements on
 * one subscription, and with one timer. A request of the client takes a timer, an error with its stack, and a dozen
 * promises for each.
 */
export class StoredPublisher implements Disposable {
  readonly #connection: NatsConnection;
  readonly #timeoutMs: number;
  readonly #inbox: string;
  readonly #subscription: Disposable;
  /** By the last token of their inboxes; the oldest first, as all may wait equally long. */
  readonly #waiting = new Map<string, Waiting>();
  #published = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, { inboxPrefix, timeoutMs }: StoredPublisherOptions) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    this.#inbox = `${createInbox(inboxPrefix)}.`;
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) this.#onAnswer(message);
      else this.#rejectAll(error);
    };
    const subscription = connection.subscribe(`${this.#inbox}*`, { callback });
    this.#subscription = { [Symbol.dispose]: () => subscription.unsubscribe() };
    void connection.closed().then(() => this.#rejectAll(new errors.ClosedConnectionError()));
  }

  /**
   * Resolves once the stream has the message on disk.
   *
   * @param headers with `Nats-Msg-Id`, if the stream shall tell duplicates by it
   * @throws JetStreamApiError if the stream refuses it, NoStreamError if there is none, UnstoredMessageError, or the
   * client's own error if no answer comes
   */
  publish(subject: string, payload: string | Uint8Array, headers: MsgHdrs): Promise<StoredMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<StoredMessage>();
    const token = (this.#published++).toString(36);
    this.#waiting.set(token, { subject, deadline: performance.now() + this.#timeoutMs, resolve, reject });
    this.#timer ??= this.#startTimer(this.#timeoutMs);
    try {
      this.#connection.publish(subject, payload, { reply: this.#inbox + token, headers });
    } catch (error) {
      this.#waiting.delete(token);
      reject(error);
    }
    return promise;
  }

  /** Acknowledgements that come later are not heard. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (!this.#connection.isClosed()) this.#subscription[Symbol.dispose]();
    this.#rejectAll(new errors.ClosedConnectionError());
  }

  #onAnswer(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length);
    const waiting = this.#waiting.get(token);
    // It came too late.
    if (waiting === undefined) return;
    this.#waiting.delete(token);
    try {
      waiting.resolve(readAnswer(waiting.subject, message));
    } catch (error) {
      waiting.reject(error);
    }
  }

  #startTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#rejectOverdue(), Math.max(1, ms)).unref();
  }

  #rejectOverdue(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [token, { deadline, reject }] of this.#waiting) {
      if (deadline > now) {
        this.#timer = this.#startTimer(deadline - now);
        return;
      }
      this.#waiting.delete(token);
      reject(new errors.TimeoutError());
    }
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function readAnswer(subject: string, message: Msg): StoredMessage {
  if (message.data.byteLength === 0 && message.headers?.code === 503) {
    throw new NoStreamError(`no stream takes ${subject}`);
  }
  const { error, stream = '', seq = 0, duplicate = false } = message.json<PubAckJson>();
  if (error !== undefined) throw new JetStreamApiError(error);
  requireStored({ stream, seq });
  return { seq, duplicate };
}

import {
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  getOption,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { scope } from '@vigie/proto/vigie/access/v1/scope_pb.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import { UnreachableError } from './vigie-error.ts';

/** The token that is good now; undefined if there is none. What it throws fails the call. */
export type TokenSource = () => string | undefined | Promise<string | undefined>;

/** How a client reaches Vigie. */
export interface ConnectionOptions {
  /** Where the gateway is: `http://localhost:8000`. */
  readonly url: string;
  /** Sent as `authorization: Bearer ...`. One that changes is asked for with each attempt of a call. */
  readonly token?: string | TokenSource | undefined;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Five attempts with pauses of 0.2 s to 5 s, if absent. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** For a call with all its attempts: 30 s if absent. A call that waits for something gets so much more. */
  readonly timeoutMs?: number | undefined;
}

/** Of one call. */
export interface CallOptions {
  /** Aborting it ends the call, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's. */
  readonly timeoutMs?: number | undefined;
}

export interface Waiting extends CallOptions {
  /** For how long the server may wait by itself. */
  readonly waitMs?: number | undefined;
}

interface Attempt {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly idempotencyKey?: string | undefined;
}

/** docs/clients.md recommends it. */
const ATTEMPT_MS = 10_000;
const TIMEOUT_MS = 30_000;
const POLICY: RetryPolicy = { maxAttempts: 5, baseMs: 200, maxMs: 5_000 };
/** The scope of methods that everybody may call. */
const PUBLIC = 'public';
const IDEMPOTENCY_KEY = 'idempotency-key';

/** Calls methods of the gateway, by the Connect protocol over fetch, which Node and browsers both have. */
export class Connection {
  readonly policy: RetryPolicy;
  readonly #transport: Transport;
  readonly #headers: Headers;
  readonly #token: string | TokenSource | undefined;
  readonly #timeoutMs: number;

  constructor({ url, token, headers, fetch = globalThis.fetch, retry, timeoutMs = TIMEOUT_MS }: ConnectionOptions) {
    const baseUrl = url.replace(/\/+$/, '');
    this.#transport = createConnectTransport({ baseUrl, fetch: reporting(fetch, baseUrl), useBinaryFormat: true });
    this.#headers = new Headers(headers);
    this.#token = token;
    this.#timeoutMs = timeoutMs;
    this.policy = { ...POLICY, ...retry };
  }

  /**
   * Calls a method until it answers. One that is not idempotent carries a key, the same with each attempt, by which the
   * gateway carries it out only once.
   *
   * @throws VigieError, or the signal's reason
   */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    options: Waiting = {},
  ): Promise<MessageShape<O>> {
    const { signal } = options;
    const idempotencyKey = isIdempotent(method) ? undefined : randomUuid();
    return this.repeat(timeoutMs => this.attempt(method, request, { signal, timeoutMs, idempotencyKey }), options);
  }

  /** Makes attempts within the time of one call. */
  repeat<T>(attempt: (timeoutMs: number) => Promise<T>, { signal, timeoutMs, waitMs = 0 }: Waiting): Promise<T> {
    const longestMs = (timeoutMs ?? this.#timeoutMs) + waitMs;
    return withRetries(attempt, this.policy, { timeoutMs: longestMs, attemptMs: ATTEMPT_MS + waitMs, signal });
  }

  /** Calls a method once. */
  async attempt<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    { signal, timeoutMs, idempotencyKey }: Attempt,
  ): Promise<MessageShape<O>> {
    // By its type it takes initial values, which a message is.
    const input = request as MessageInitShape<I>;
    const headers = await this.#headersFor(method);
    if (idempotencyKey !== undefined) headers.set(IDEMPOTENCY_KEY, idempotencyKey);
    const { message } = await this.#transport.unary(method, signal, timeoutMs, headers, input);
    return message;
  }

  /** The responses of one call, without a deadline. */
  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageShape<I>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<MessageShape<O>>> {
    const input = once(request as MessageInitShape<I>);
    const headers = await this.#headersFor(method);
    const { message } = await this.#transport.stream(method, signal, undefined, headers, input);
    return message;
  }

  /** A token isn't asked for where none is looked at: that is how its source gets the next one. */
  async #headersFor(method: DescMethod): Promise<Headers> {
    const headers = new Headers(this.#headers);
    if (getOption(method, scope) === PUBLIC) return headers;
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token;
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    return headers;
  }
}

function isIdempotent({ idempotency }: { readonly idempotency: MethodOptions_IdempotencyLevel }): boolean {
  return idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** fetch says with a TypeError that there is no connection, with the cause in it or nowhere. */
function reporting(fetch: typeof globalThis.fetch, url: string): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
      const { message, code } = (thrown.cause ?? thrown) as { readonly message?: string; readonly code?: string };
      throw new UnreachableError(`${url} can't be reached: ${message || code || thrown.message}`, { cause: thrown });
    }
  };
}

/** `crypto.randomUUID` is not there for pages that came over plain HTTP. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

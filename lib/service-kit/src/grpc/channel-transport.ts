import { addAbortListener, once } from 'node:events';
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from '@connectrpc/connect';
import { type CallOptions, Client, type ClientDuplexStream, type Metadata, status as Status } from '@grpc/grpc-js';
import type { KeyPairFiles } from '../tls/key-pair-files.ts';
import { AnsweringCredentials } from './answering-credentials.ts';
import { copyMetadata, toHeaders, toMetadata } from './call-metadata.ts';
import { fromGrpcStatus } from './grpc-status.ts';
import { chain, type Next } from './interceptors/chain.ts';
import { propagateTrace } from './interceptors/propagate-trace.ts';
import { keepDrainingAlive } from './keep-draining-alive.ts';
import { OWN_AGENT } from './own-agent.ts';
import { deserializer, methodPath, requestHead, serializer } from './rpc-method.ts';
import { serviceConfig } from './service-config.ts';
import { noteWireBytes } from './wire-bytes.ts';

type HeadersInit = ConstructorParameters<typeof Headers>[0];

export interface ChannelOptions {
  /** `host:port`, or any target that grpc-js resolves, such as `dns:///store-svc:50053`. */
  readonly address: string;
  /** What is called there; tells which methods are tried again. */
  readonly services: readonly DescService[];
  /** Deadline of a unary call that brings none. */
  readonly defaultTimeoutMs: number;
  /** Around each call, the first of them outermost; the current trace is sent along in any case. */
  readonly interceptors?: readonly Interceptor[];
  /** What it shows to servers, and whose word it takes about them; absent: plaintext. */
  readonly tls?: KeyPairFiles | undefined;
}

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const FIRST_WORD_TIMEOUT_MS = 5_000;

keepDrainingAlive();

/**
 * Connect's `Transport` over a grpc-js channel: typed clients and `ConnectError` at the call site, reconnecting,
 * balancing by health, keepalive and retries underneath. Sends the current trace along. A unary call always has a
 * deadline; a stream has the one that its caller brings, and may be endless: keepalive tells a dead peer.
 */
export class ChannelTransport implements Transport, Disposable {
  readonly #client: Client;
  readonly #defaultTimeoutMs: number;
  readonly #interceptors: readonly Interceptor[];

  constructor({ address, services, defaultTimeoutMs, interceptors = [], tls }: ChannelOptions) {
    this.#defaultTimeoutMs = defaultTimeoutMs;
    this.#interceptors = [...interceptors, propagateTrace];
    this.#client = new Client(address, new AnsweringCredentials({ firstWordTimeoutMs: FIRST_WORD_TIMEOUT_MS, tls }), {
      'grpc.service_config': serviceConfig(services),
      'grpc.service_config_disable_resolution': 1,
      'grpc.primary_user_agent': OWN_AGENT,
      // A frozen server keeps its share of the calls until it is noticed.
      'grpc.keepalive_time_ms': 5_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    });
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const call: Next = request => this.#callUnary(request as UnaryRequest, timeoutMs ?? this.#defaultTimeoutMs);
    const response = await chain(
      this.#interceptors,
      call,
    )({
      ...clientRequest(method, signal, header, contextValues),
      stream: false,
      method,
      message: create(method.input, input),
    });
    return response as UnaryResponse<I, O>;
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    const call: Next = request => this.#callStream(request as StreamRequest, timeoutMs);
    const response = await chain(
      this.#interceptors,
      call,
    )({
      ...clientRequest(method, signal, header, contextValues),
      stream: true,
      method,
      message: createEach(method.input, input),
    });
    return response as StreamResponse<I, O>;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #callUnary(request: UnaryRequest, timeoutMs: number): Promise<UnaryResponse> {
    const { service, method, signal } = request;
    if (signal.aborted) throw cancelledBy(signal);
    const answered = Promise.withResolvers<Message>();
    let headerMetadata: Metadata | undefined;
    let trailerMetadata: Metadata | undefined;
    const call = this.#client.makeUnaryRequest<Message, Message>(
      methodPath(method),
      serializer(method.input),
      noteWireBytes(deserializer(method.output)),
      request.message,
      toMetadata(request.header),
      deadlineIn(timeoutMs),
      (error, message) => {
        if (error === null) answered.resolve(message as Message);
        else answered.reject(signal.aborted ? cancelledBy(signal) : fromGrpcStatus(error));
      },
    );
    call.once('metadata', metadata => {
      headerMetadata = metadata;
    });
    call.once('status', status => {
      trailerMetadata = status.metadata;
    });
    using _ = addAbortListener(signal, () => call.cancel());
    return {
      stream: false,
      service,
      method,
      message: await answered.promise,
      // Made when asked for: few callers look at them, and they cost as much as a small message.
      get header() {
        return toHeaders(headerMetadata);
      },
      get trailer() {
        return toHeaders(trailerMetadata);
      },
    };
  }

  async #callStream(request: StreamRequest, timeoutMs: number | undefined): Promise<StreamResponse> {
    const { service, method, signal } = request;
    if (signal.aborted) throw cancelledBy(signal);
    // The four kinds of call are one on the wire, so the duplex form serves every stream.
    const call = this.#client.makeBidiStreamRequest<Message, Message>(
      methodPath(method),
      serializer(method.input),
      deserializer(method.output),
      toMetadata(request.header),
      timeoutMs === undefined ? {} : deadlineIn(timeoutMs),
    );
    const over = new AbortController();
    const outcome = Promise.withResolvers<ConnectError | undefined>();
    const trailer = new Headers();
    let inputError: ConnectError | undefined;
    const callerListener = addAbortListener(signal, () => call.cancel());
    // The status, which follows, says the same and is kept for a reader that comes later.
    call.on('error', () => {});
    call.once('status', status => {
      callerListener[Symbol.dispose]();
      copyMetadata(status.metadata, trailer);
      over.abort();
      if (status.code === Status.OK) outcome.resolve(undefined);
      else outcome.resolve(inputError ?? (signal.aborted ? cancelledBy(signal) : fromGrpcStatus(status)));
    });
    // Begins to read: what is still unread when an error comes would be lost.
    call.read(0);
    writeAll(call, request.message, over.signal).catch(error => {
      inputError = ConnectError.from(error);
      call.cancel();
    });
    return {
      stream: true,
      service,
      method,
      header: await firstHeader(call, outcome.promise),
      trailer,
      message: readAll(call, outcome.promise),
    };
  }
}

/** Of a caller that never gives up. */
const NEVER_ABORTED = new AbortController().signal;

function clientRequest(
  method: DescMethod,
  signal: AbortSignal | undefined,
  header: HeadersInit | undefined,
  contextValues: ContextValues | undefined,
) {
  return {
    ...requestHead(method),
    signal: signal ?? NEVER_ABORTED,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}

async function* createEach<I extends DescMessage>(
  schema: I,
  input: AsyncIterable<MessageInitShape<I>>,
): AsyncIterable<MessageShape<I>> {
  for await (const message of input) yield create(schema, message);
}

function deadlineIn(timeoutMs: number): CallOptions {
  return { deadline: Date.now() + timeoutMs };
}

/** Why the caller gave up: its own error, such as a deadline of its own, or plain CANCELLED. */
function cancelledBy({ reason }: AbortSignal): ConnectError {
  if (reason instanceof ConnectError) return reason;
  return new ConnectError('The caller cancelled the call.', Code.Canceled, undefined, undefined, reason);
}

type Call = ClientDuplexStream<Message, Message>;
/** Resolves when the call is over: with its error, if it has one. */
type Outcome = Promise<ConnectError | undefined>;

function firstHeader(call: Call, outcome: Outcome): Promise<Headers> {
  return new Promise((resolve, reject) => {
    call.once('metadata', metadata => resolve(toHeaders(metadata)));
    // A stream may end well without a single message.
    void outcome.then(error => (error === undefined ? resolve(new Headers()) : reject(error)));
  });
}

async function* readAll(call: Call, outcome: Outcome): AsyncIterable<Message> {
  try {
    yield* call as AsyncIterable<Message>;
  } catch {
    // The outcome says it better, and also when the error came before the reader.
  } finally {
    // The reader may leave before the end; a call that is over takes no notice.
    call.cancel();
  }
  const error = await outcome;
  if (error !== undefined) throw error;
}

/** @throws what `messages` throws */
async function writeAll(call: Call, messages: AsyncIterable<Message>, over: AbortSignal): Promise<void> {
  for await (const message of messages) {
    if (over.aborted) return;
    if (!call.write(message)) await drained(call, over);
  }
  call.end();
}

/** Resolves when the call takes more, or is over. */
async function drained(call: Call, over: AbortSignal): Promise<void> {
  try {
    await once(call, 'drain', { signal: over });
  } catch (error) {
    if (!over.aborted) throw error;
  }
}

import { once } from 'node:events';
import {
  create,
  type DescMessage,
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
  encodeBinaryHeader,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from '@connectrpc/connect';
import { type CallOptions, Client, type ClientDuplexStream, Metadata, status as Status } from '@grpc/grpc-js';
import { currentTrace, formatTraceparent, TRACEPARENT } from '../telemetry/trace-context.ts';
import { AnsweringCredentials } from './answering-credentials.ts';
import { fromGrpcStatus } from './grpc-status.ts';
import { serviceConfig } from './service-config.ts';
import { deserializer, methodPath, serializer } from './service-definition.ts';

type HeadersInit = ConstructorParameters<typeof Headers>[0];

export interface ChannelOptions {
  /** `host:port`, or any target that grpc-js resolves, such as `dns:///store-svc:50053`. */
  readonly address: string;
  /** What is called there; tells which methods are tried again. */
  readonly services: readonly DescService[];
  /** Deadline of a unary call that brings none. */
  readonly defaultTimeoutMs: number;
}

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const FIRST_WORD_TIMEOUT_MS = 5_000;

/**
 * Connect's `Transport` over a grpc-js channel: typed clients and `ConnectError` at the call site, reconnecting,
 * balancing by health, keepalive and retries underneath. Carries the current trace. A unary call always has a deadline; a
 * stream has the one that its caller brings, and may be endless: keepalive tells a dead peer.
 */
export class ChannelTransport implements Transport, Disposable {
  readonly #client: Client;
  readonly #defaultTimeoutMs: number;

  constructor({ address, services, defaultTimeoutMs }: ChannelOptions) {
    this.#defaultTimeoutMs = defaultTimeoutMs;
    this.#client = new Client(address, new AnsweringCredentials(FIRST_WORD_TIMEOUT_MS), {
      'grpc.service_config': serviceConfig(services),
      'grpc.service_config_disable_resolution': 1,
      // A frozen server keeps its share of the calls until it is noticed.
      'grpc.keepalive_time_ms': 5_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    });
  }

  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelledBy(signal));
      let headerMetadata: Metadata | undefined;
      let trailerMetadata: Metadata | undefined;
      const call = this.#client.makeUnaryRequest<Message, Message>(
        methodPath(method),
        serializer(method.input),
        deserializer(method.output),
        create(method.input, input),
        toMetadata(header),
        deadlineIn(timeoutMs ?? this.#defaultTimeoutMs),
        (error, message) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) return reject(signal?.aborted ? cancelledBy(signal) : fromGrpcStatus(error));
          resolve({
            stream: false,
            service: method.parent,
            method,
            // Made when asked for: few callers look at them, and they cost as much as a small message.
            get header() {
              return toHeaders(headerMetadata);
            },
            get trailer() {
              return toHeaders(trailerMetadata);
            },
            message: message as MessageShape<O>,
          });
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel);
      call.once('metadata', metadata => {
        headerMetadata = metadata;
      });
      call.once('status', status => {
        trailerMetadata = status.metadata;
      });
    });
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    if (signal?.aborted) throw cancelledBy(signal);
    // The four kinds of call are one on the wire, so the duplex form serves every stream.
    const call = this.#client.makeBidiStreamRequest<Message, Message>(
      methodPath(method),
      serializer(method.input),
      deserializer(method.output),
      toMetadata(header),
      timeoutMs === undefined ? {} : deadlineIn(timeoutMs),
    );
    const over = new AbortController();
    const outcome = Promise.withResolvers<ConnectError | undefined>();
    const trailer = new Headers();
    let inputFault: ConnectError | undefined;
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    // The status, which follows, says the same and is kept for a reader that comes later.
    call.on('error', () => {});
    call.once('status', status => {
      signal?.removeEventListener('abort', cancel);
      copyMetadata(status.metadata, trailer);
      over.abort();
      if (status.code === Status.OK) outcome.resolve(undefined);
      else outcome.resolve(inputFault ?? (signal?.aborted ? cancelledBy(signal) : fromGrpcStatus(status)));
    });
    // Begins to read: what is still unread when an error comes would be lost.
    call.read(0);
    writeAll(call, method.input, input, over.signal).catch(error => {
      inputFault = ConnectError.from(error);
      call.cancel();
    });
    return {
      stream: true,
      service: method.parent,
      method,
      header: await firstHeader(call, outcome.promise),
      trailer,
      message: readAll<MessageShape<O>>(call, outcome.promise),
    };
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

function deadlineIn(timeoutMs: number): CallOptions {
  return { deadline: Date.now() + timeoutMs };
}

/** Why the caller gave up: its own error, such as a deadline of its own, or plain CANCELLED. */
function cancelledBy({ reason }: AbortSignal): ConnectError {
  if (reason instanceof ConnectError) return reason;
  return new ConnectError('The caller cancelled the call.', Code.Canceled, undefined, undefined, reason);
}

function toMetadata(header: HeadersInit | undefined): Metadata {
  const metadata = new Metadata();
  if (header !== undefined) {
    new Headers(header).forEach((value, key) => {
      metadata.set(key, value);
    });
  }
  const trace = currentTrace();
  if (trace !== undefined) metadata.set(TRACEPARENT, formatTraceparent(trace));
  return metadata;
}

function toHeaders(metadata: Metadata | undefined): Headers {
  const headers = new Headers();
  if (metadata !== undefined) copyMetadata(metadata, headers);
  return headers;
}

function copyMetadata(metadata: Metadata, headers: Headers): void {
  for (const [key, value] of Object.entries(metadata.getMap())) {
    headers.set(key, typeof value === 'string' ? value : encodeBinaryHeader(value));
  }
}

type Call = ClientDuplexStream<Message, Message>;
/** Resolves when the call is over: with its error, if it has one. */
type Outcome = Promise<ConnectError | undefined>;

function firstHeader(call: Call, outcome: Outcome): Promise<Headers> {
  return new Promise((resolve, reject) => {
    call.once('metadata', metadata => resolve(toHeaders(metadata)));
    // A stream may end well without a single message.
    void outcome.then(fault => (fault === undefined ? resolve(new Headers()) : reject(fault)));
  });
}

async function* readAll<T>(call: Call, outcome: Outcome): AsyncIterable<T> {
  try {
    yield* call as AsyncIterable<T>;
  } catch {
    // The outcome says it better, and also when the error came before the reader.
  } finally {
    // The reader may leave before the end; a call that is over takes no notice.
    call.cancel();
  }
  const fault = await outcome;
  if (fault !== undefined) throw fault;
}

/** @throws what `input` throws */
async function writeAll<I extends DescMessage>(
  call: Call,
  schema: I,
  input: AsyncIterable<MessageInitShape<I>>,
  over: AbortSignal,
): Promise<void> {
  for await (const message of input) {
    if (over.aborted) return;
    if (!call.write(create(schema, message))) await drained(call, over);
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

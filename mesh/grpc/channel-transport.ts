import { once } from 'node:events';
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { StreamResponse, Transport, UnaryResponse } from '@connectrpc/connect';
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { currentTrace, formatTraceparent, TRACEPARENT } from '../telemetry/trace-context.ts';
import { fromGrpcStatus } from './grpc-status.ts';
import { deserializer, methodPath, serializer } from './service-definition.ts';

type HeadersInit = ConstructorParameters<typeof Headers>[0];

export interface ChannelOptions {
  /** `host:port`, or any target that grpc-js resolves, such as `dns:///store-svc:50053`. */
  readonly address: string;
  /** Deadline of a unary call that brings none. */
  readonly defaultTimeoutMs: number;
}

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** Every unary method of Vigie may be called twice: alerts and outcomes are written once by their uid. */
const SERVICE_CONFIG = JSON.stringify({
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.1s',
        maxBackoff: '1s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
});

/**
 * Connect's `Transport` over a grpc-js channel: typed clients and `ConnectError` at the call site, reconnecting,
 * balancing, keepalive and retries underneath. Carries the current trace.
 */
export class ChannelTransport implements Transport, Disposable {
  readonly #client: Client;
  readonly #defaultTimeoutMs: number;

  constructor({ address, defaultTimeoutMs }: ChannelOptions) {
    this.#defaultTimeoutMs = defaultTimeoutMs;
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.service_config': SERVICE_CONFIG,
      'grpc.service_config_disable_resolution': 1,
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
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
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const trailer = new Headers();
      const responseHeader = new Headers();
      const call = this.#client.makeUnaryRequest<Message, Message>(
        methodPath(method),
        serializer(method.input),
        deserializer(method.output),
        create(method.input, input),
        toMetadata(header),
        deadlineIn(timeoutMs ?? this.#defaultTimeoutMs),
        (error, message) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) return reject(fromGrpcStatus(error));
          resolve({
            stream: false,
            service: method.parent,
            method,
            header: responseHeader,
            trailer,
            message: message as MessageShape<O>,
          });
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel);
      call.on('metadata', metadata => copyMetadata(metadata, responseHeader));
      call.on('status', status => copyMetadata(status.metadata, trailer));
    });
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    signal?.throwIfAborted();
    // The four kinds of call are one on the wire, so the duplex form serves every stream.
    const call = this.#client.makeBidiStreamRequest<Message, Message>(
      methodPath(method),
      serializer(method.input),
      deserializer(method.output),
      toMetadata(header),
      timeoutMs === undefined ? {} : deadlineIn(timeoutMs),
    );
    const over = new AbortController();
    const trailer = new Headers();
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    call.on('error', () => over.abort());
    call.on('status', status => {
      copyMetadata(status.metadata, trailer);
      signal?.removeEventListener('abort', cancel);
      over.abort();
    });
    void writeAll(call, method.input, input, over.signal);
    return {
      stream: true,
      service: method.parent,
      method,
      header: await firstHeader(call),
      trailer,
      message: readAll<MessageShape<O>>(call),
    };
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

function deadlineIn(timeoutMs: number): CallOptions {
  return { deadline: Date.now() + timeoutMs };
}

function toMetadata(header: HeadersInit | undefined): Metadata {
  const metadata = new Metadata();
  new Headers(header).forEach((value, key) => {
    metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  });
  const trace = currentTrace();
  if (trace !== undefined) metadata.set(TRACEPARENT, formatTraceparent(trace));
  return metadata;
}

/** Binary values (`-bin`) stand in headers as base64, as they do on the wire. */
function copyMetadata(metadata: Metadata, headers: Headers): void {
  for (const [key, value] of Object.entries(metadata.getMap())) {
    headers.set(key, typeof value === 'string' ? value : value.toString('base64'));
  }
}

function firstHeader(call: ClientDuplexStream<Message, Message>): Promise<Headers> {
  return new Promise((resolve, reject) => {
    call.once('metadata', metadata => {
      const header = new Headers();
      copyMetadata(metadata, header);
      resolve(header);
    });
    call.once('error', error => reject(fromGrpcStatus(error as ServiceError)));
    // A stream may end well without a single message.
    call.once('status', () => resolve(new Headers()));
  });
}

async function* readAll<T>(call: ClientDuplexStream<Message, Message>): AsyncIterable<T> {
  try {
    yield* call as AsyncIterable<T>;
  } catch (error) {
    throw fromGrpcStatus(error as ServiceError);
  } finally {
    // The reader may leave before the end; a call that is over takes no notice.
    call.cancel();
  }
}

async function writeAll<I extends DescMessage>(
  call: ClientDuplexStream<Message, Message>,
  schema: I,
  input: AsyncIterable<MessageInitShape<I>>,
  over: AbortSignal,
): Promise<void> {
  try {
    for await (const message of input) {
      if (over.aborted) return;
      if (!call.write(create(schema, message))) await once(call, 'drain', { signal: over });
    }
    call.end();
  } catch {
    // The reader learns the call's error from its status; the input's own failure ends the call.
    call.cancel();
  }
}

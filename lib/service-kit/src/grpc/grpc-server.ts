import { type EventEmitter, once } from 'node:events';
import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createContextValues,
  type Interceptor,
  type StreamResponse,
  type UnaryResponse,
} from '@connectrpc/connect';
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import type { Registry } from 'prom-client';
import { settlesWithin } from '../async/settles-within.ts';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import { toHeaders, toMetadata } from './call-metadata.ts';
import { toGrpcStatus } from './grpc-status.ts';
import { createHealthService } from './health-service.ts';
import { implementedMethod, type MethodImplementation, onlyMessage, sendHeadersKey } from './implemented-method.ts';
import { type CallRequest, type CallResponse, chain, type Next } from './interceptors/chain.ts';
import { countCalls } from './interceptors/count-calls.ts';
import { traceCalls } from './interceptors/trace-calls.ts';
import { translateErrors } from './interceptors/translate-errors.ts';
import { createReflectionService, type ServedService } from './reflection-service.ts';
import { readRequests } from './request-stream.ts';
import { type ErrorTranslator, internalError, rpcError } from './rpc-error.ts';
import { methodPath, serviceDefinition } from './service-definition.ts';
import type { ServiceImplementation } from './service-implementation.ts';

export interface GrpcServerOptions {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** The service's table of domain errors; what it doesn't know becomes INTERNAL and is logged. */
  readonly translateError: ErrorTranslator;
  /**
   * Around the calls of the services that are added, the first of them outermost, all within trace, metrics and error
   * translation. They see metadata as headers and pass typed values on to the implementation (`createContextKey`); one
   * that throws refuses the call. Health checks and reflection are not theirs to refuse.
   */
  readonly interceptors?: readonly Interceptor[];
  /** How long calls may go on once the server stops. */
  readonly shutdownGraceMs: number;
}

/** The largest request: a thousand alerts, every field at its longest, fit in. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/** Names of the checks of `health` that a method needs; one that is left out needs all of them. */
export type MethodNeeds<S extends DescService> = { readonly [Method in keyof S['method']]?: readonly string[] };

type AnyCall = EventEmitter & Pick<ServerUnaryCall<Message, Message>, 'metadata' | 'sendMetadata'>;

/**
 * A gRPC server for services that protobuf-es describes. Interceptors are Connect's, so that the gateway can share
 * them. The first three come along: each call runs in the trace that its `traceparent` names, is counted, and ends with
 * an AIP-193 status. So do `grpc.health.v1`, which says whether the service is ready, and reflection.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  /** Around every call, those of health checks too. */
  readonly #standardInterceptors: readonly Interceptor[];
  readonly #served: ServedService[] = [];
  readonly #needs = new Map<DescMethod, readonly string[]>();
  readonly #stopping = new AbortController();
  readonly #server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
  });

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#standardInterceptors = [traceCalls, countCalls(options.metrics), translateErrors(options)];
  }

  /**
   * A process may implement a part of a service: its other methods are UNIMPLEMENTED here, and reflection leaves them
   * out.
   *
   * @param needs what `grpc.health.v1` reports of each method
   */
  add<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImplementation<S>>,
    needs: MethodNeeds<S> = {},
  ): this {
    for (const [name, checks] of Object.entries<readonly string[] | undefined>(needs)) {
      const method = service.method[name];
      if (method !== undefined && checks !== undefined) this.#needs.set(method, checks);
    }
    const { interceptors = [] } = this.#options;
    this.#served.push(this.#serve(service, implementation, [...this.#standardInterceptors, ...interceptors]));
    return this;
  }

  /** Resolves with the bound port. */
  async listen(host: string, port: number): Promise<number> {
    const methods = this.#served.flatMap(served => served.methods);
    const healthService = createHealthService(methods, of => this.#canServe(of));
    const health = this.#serve(HealthService, healthService, this.#standardInterceptors);
    const reflection = createReflectionService([...this.#served, health]);
    this.#serve(ServerReflection, reflection, this.#standardInterceptors);
    this.#serve(ServerReflectionAlpha, reflection, this.#standardInterceptors);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, boundPort) =>
        error === null ? resolve(boundPort) : reject(error),
      );
    });
  }

  /** Refuses new calls, ends endless ones, lets the others finish within the grace period. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(
      rpcError(Code.Unavailable, 'The server is stopping; call again.', {
        reason: 'STOPPING',
        retryDelayMs: 1000,
      }),
    );
    const stopped = new Promise<void>(resolve => this.#server.tryShutdown(() => resolve()));
    if (!(await settlesWithin(stopped, this.#options.shutdownGraceMs))) this.#server.forceShutdown();
    await stopped;
  }

  async #canServe(methods: readonly DescMethod[] | undefined): Promise<boolean> {
    const needs = methods?.map(method => this.#needs.get(method)) ?? [undefined];
    const needed = needs.includes(undefined) ? undefined : new Set(needs.flatMap(checks => checks ?? []));
    return (await this.#options.health.readiness(needed)).ready;
  }

  #serve(service: DescService, implementation: object, interceptors: readonly Interceptor[]): ServedService {
    const implementations = implementation as Readonly<Record<string, MethodImplementation | undefined>>;
    const methods = service.methods.filter(({ localName }) => implementations[localName] !== undefined);
    const handlers = methods.map(method => {
      const implemented = implementedMethod(method, implementations[method.localName] as MethodImplementation);
      return [method.localName, this.#handle(method, chain(interceptors, implemented))];
    });
    // grpc-js takes no service without methods.
    if (methods.length > 0) this.#server.addService(serviceDefinition(methods), Object.fromEntries(handlers));
    return { service, methods };
  }

  #handle(method: DescMethod, run: Next): UntypedHandleCall {
    switch (method.methodKind) {
      case 'unary':
        return (call: ServerUnaryCall<Message, Message>, callback: sendUnaryData<Message>) =>
          this.#answerOnce(call, callback, signal => run(callRequest(method, call, signal, call.request)));
      case 'client_streaming':
        return (call: ServerReadableStream<Message, Message>, callback: sendUnaryData<Message>) =>
          this.#answerOnce(call, callback, signal => {
            return run(callRequest(method, call, signal, this.#requests(call, signal)));
          });
      case 'server_streaming':
        return (call: ServerWritableStream<Message, Message>) =>
          this.#answerMany(call, this.#stopping.signal, signal => {
            return run(callRequest(method, call, signal, yieldOnly(call.request)));
          });
      case 'bidi_streaming':
        return (call: ServerDuplexStream<Message, Message>) =>
          this.#answerMany(call, undefined, signal => {
            return run(callRequest(method, call, signal, this.#requests(call, signal)));
          });
    }
  }

  #answerOnce(
    call: AnyCall,
    callback: sendUnaryData<Message>,
    run: (signal: AbortSignal) => Promise<CallResponse>,
  ): void {
    void this.#runCall(call, undefined, async signal => {
      const response = await run(signal);
      const message = response.stream ? await onlyMessage(response.message) : response.message;
      sendHeader(call, response);
      callback(null, message, toMetadata(response.trailer));
    }).then(error => {
      if (error !== undefined) callback(toGrpcStatus(error));
    });
  }

  #answerMany(
    call: ServerWritableStream<Message, Message> | ServerDuplexStream<Message, Message>,
    until: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<CallResponse>,
  ): void {
    void this.#runCall(call, until, async signal => {
      const response = (await run(signal)) as StreamResponse;
      sendHeader(call, response);
      for await (const message of response.message) {
        if (!call.write(message)) await once(call, 'drain', { signal });
      }
      call.end(toMetadata(response.trailer));
    }).then(error => {
      if (error !== undefined) call.emit('error', toGrpcStatus(error));
    });
  }

  /** Resolves with the error to send, if any. */
  async #runCall(
    call: AnyCall,
    until: AbortSignal | undefined,
    answer: (signal: AbortSignal) => Promise<void>,
  ): Promise<ConnectError | undefined> {
    const cancelled = new AbortController();
    call.once('cancelled', () => cancelled.abort(new ConnectError('The caller is gone.', Code.Canceled)));
    const signal = until === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, until]);
    try {
      await answer(signal);
      return undefined;
    } catch (error) {
      if (error instanceof ConnectError) return error;
      if (signal.aborted && signal.reason instanceof ConnectError) return signal.reason;
      this.#options.logger.error({ err: error }, 'answer not sent');
      return internalError(error);
    }
  }

  #requests(call: ServerReadableStream<Message, Message>, signal: AbortSignal): AsyncIterable<Message> {
    return readRequests(call, AbortSignal.any([signal, this.#stopping.signal]));
  }
}

function callRequest(
  method: DescMethod,
  call: AnyCall,
  signal: AbortSignal,
  message: Message | AsyncIterable<Message>,
): CallRequest {
  const request = {
    stream: method.methodKind !== 'unary',
    service: method.parent,
    method,
    requestMethod: 'POST',
    url: `http://grpc${methodPath(method)}`,
    signal,
    header: toHeaders(call.metadata),
    contextValues: createContextValues().set(sendHeadersKey, () => call.sendMetadata(toMetadata(undefined))),
    message,
  };
  return request as CallRequest;
}

/** Headers that an interceptor has set; grpc-js sends its own with the first message. */
function sendHeader(call: AnyCall, { header }: UnaryResponse | StreamResponse): void {
  if (!header.keys().next().done) call.sendMetadata(toMetadata(header));
}

async function* yieldOnly(message: Message): AsyncIterable<Message> {
  yield message;
}

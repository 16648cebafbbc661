import { type EventEmitter, once } from 'node:events';
import { create, type DescMethod, type DescService, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import type { Registry } from 'prom-client';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import { continueTrace, TRACEPARENT, withTrace } from '../telemetry/trace-context.ts';
import { toGrpcStatus } from './grpc-status.ts';
import { createHealthService } from './health-service.ts';
import { addReflection } from './reflection.ts';
import { readRequests } from './request-stream.ts';
import { type ErrorTranslator, internalError, rpcError } from './rpc-error.ts';
import { type RpcMetrics, rpcMetrics } from './rpc-metrics.ts';
import { methodPath, serviceDefinition } from './service-definition.ts';
import type { CallContext, ServiceImplementation } from './service-implementation.ts';

export interface GrpcServerOptions {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** The service's table of domain errors; what it doesn't know becomes INTERNAL and is logged. */
  readonly translateError: ErrorTranslator;
  /** How long calls may go on once the server stops. */
  readonly shutdownGraceMs: number;
}

/** The largest request: a thousand alerts, every field at its longest, fit in. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

type AnyCall = EventEmitter & Pick<ServerUnaryCall<Message, Message>, 'metadata' | 'sendMetadata'>;

type MessageInit = Record<string, unknown>;
type AnyHandler = (request: unknown, context: CallContext) => unknown;

/**
 * A gRPC server for services that protobuf-es describes: each call runs in the trace its `traceparent` names, is counted,
 * and ends with an AIP-193 status. `grpc.health.v1` (telling readiness) and reflection come along.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #metrics: RpcMetrics;
  readonly #services: DescService[] = [];
  readonly #stopping = new AbortController();
  readonly #server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
  });

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#metrics = rpcMetrics(options.metrics);
  }

  add<S extends DescService>(service: S, implementation: ServiceImplementation<S>): this {
    this.#serve(service, implementation);
    this.#services.push(service);
    return this;
  }

  /** Resolves with the bound port. */
  async listen(host: string, port: number): Promise<number> {
    this.#serve(HealthService, createHealthService(this.#services, this.#options.health));
    addReflection(this.#server, this.#services);
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
    const grace = setTimeout(() => this.#server.forceShutdown(), this.#options.shutdownGraceMs);
    await new Promise<void>(resolve => this.#server.tryShutdown(() => resolve()));
    clearTimeout(grace);
  }

  #serve(service: DescService, implementation: object): void {
    const handlers = implementation as Readonly<Record<string, AnyHandler>>;
    this.#server.addService(
      serviceDefinition(service),
      Object.fromEntries(
        service.methods.map(method => [
          method.localName,
          this.#handle(method, handlers[method.localName] as AnyHandler),
        ]),
      ),
    );
  }

  #handle(method: DescMethod, handler: AnyHandler): UntypedHandleCall {
    switch (method.methodKind) {
      case 'unary':
        return (call: ServerUnaryCall<Message, Message>, callback: sendUnaryData<Message>) =>
          this.#answerOnce(method, call, callback, context => handler(call.request, context));
      case 'client_streaming':
        return (call: ServerReadableStream<Message, Message>, callback: sendUnaryData<Message>) =>
          this.#answerOnce(method, call, callback, context => handler(this.#requests(call, context), context));
      case 'server_streaming':
        return (call: ServerWritableStream<Message, Message>) =>
          this.#answerMany(method, call, context => handler(call.request, context), this.#stopping.signal);
      case 'bidi_streaming':
        return (call: ServerDuplexStream<Message, Message>) =>
          this.#answerMany(method, call, context => handler(this.#requests(call, context), context));
    }
  }

  #answerOnce(
    method: DescMethod,
    call: AnyCall,
    callback: sendUnaryData<Message>,
    handle: (context: CallContext) => unknown,
  ): void {
    void this.#track(method, call, undefined, async context => {
      const response = create(method.output, (await handle(context)) as MessageInit);
      callback(null, response);
    }).then(error => {
      if (error !== undefined) callback(toGrpcStatus(error));
    });
  }

  #answerMany(
    method: DescMethod,
    call: ServerWritableStream<Message, Message> | ServerDuplexStream<Message, Message>,
    handle: (context: CallContext) => unknown,
    until?: AbortSignal,
  ): void {
    void this.#track(method, call, until, async context => {
      for await (const response of handle(context) as AsyncIterable<MessageInit>) {
        context.signal.throwIfAborted();
        if (!call.write(create(method.output, response))) await once(call, 'drain', { signal: context.signal });
      }
      // A handler that ended because it was told to stop hasn't come to the end.
      context.signal.throwIfAborted();
      call.end();
    }).then(error => {
      if (error !== undefined) call.emit('error', toGrpcStatus(error));
    });
  }

  /** Runs a handler in its trace, counts it, and resolves with the error to send, if any. */
  async #track(
    method: DescMethod,
    call: AnyCall,
    until: AbortSignal | undefined,
    handle: (context: CallContext) => Promise<void>,
  ): Promise<ConnectError | undefined> {
    const finish = this.#metrics.begin(methodPath(method));
    const cancelled = new AbortController();
    call.once('cancelled', () => cancelled.abort(new ConnectError('The caller is gone.', Code.Canceled)));
    const context: CallContext = {
      signal: until === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, until]),
      sendHeaders: () => call.sendMetadata(new Metadata()),
    };
    const [traceparent] = call.metadata.get(TRACEPARENT);
    try {
      await withTrace(continueTrace(traceparent?.toString()), () => handle(context));
      finish('OK');
      return undefined;
    } catch (error) {
      const rpc = this.#translate(error, context.signal, method);
      finish(Code[rpc.code]);
      return rpc;
    }
  }

  #translate(error: unknown, signal: AbortSignal, method: DescMethod): ConnectError {
    if (error instanceof ConnectError) return error;
    if (signal.aborted && signal.reason instanceof ConnectError) return signal.reason;
    const known = this.#options.translateError(error);
    if (known !== undefined) return known;
    this.#options.logger.error({ err: error, method: methodPath(method) }, 'call failed');
    return internalError(error);
  }

  #requests(call: ServerReadableStream<Message, Message>, context: CallContext): AsyncIterable<Message> {
    return readRequests(call, AbortSignal.any([context.signal, this.#stopping.signal]));
  }
}

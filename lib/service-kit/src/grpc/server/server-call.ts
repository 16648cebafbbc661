import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { type DescMethod, type Message, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues, type Interceptor } from '@connectrpc/connect';
import { parseTimeout } from '@connectrpc/connect/protocol-grpc';
import { cut, followResponse, limitSending } from '../../http-listener/follow-response.ts';
import { headersOf } from '../../http-listener/headers-of.ts';
import type { AdmittedCall } from '../../limits/admission.ts';
import type { Admissions } from '../../limits/admissions.ts';
import type { RequestLimits } from '../../limits/request-limits.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { onlyMessage, sendHeadersKey } from '../implemented-method.ts';
import { type CallRequest, type CallResponse, chain, type Next } from '../interceptors/chain.ts';
import { responseHeaderKey } from '../response-header-key.ts';
import { internalError, rpcError, unknownMethod } from '../rpc-error.ts';
import { requestHead } from '../rpc-method.ts';
import { acceptsGzip } from './compress-answer.ts';
import { GrpcResponse } from './grpc-response.ts';
import { RequestReader } from './request-reader.ts';

export interface ServedMethod {
  readonly method: DescMethod;
  /** Throws if the caller may not call it. It does not see messages. Absent: everybody may. */
  readonly authorize: Interceptor | undefined;
  readonly run: Next;
}

export interface ServerCallParts {
  /** By path: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, ServedMethod>;
  /** Around each call of these methods, also one that is refused. They don't see its messages. */
  readonly interceptors: readonly Interceptor[];
  readonly admissions: Admissions;
  readonly limits: RequestLimits;
  /** Aborts once the server stops. Server streams, and the requests of other streams, end with its reason. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** How long a client may take to read an answer that isn't a stream. */
const SEND_TIMEOUT_MS = 60_000;
/** The longest that a timer can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Of gRPC itself: no metadata of the caller. */
const PROTOCOL_HEADERS = [
  ...['accept-encoding', 'content-length', 'content-type', 'te'],
  ...['grpc-accept-encoding', 'grpc-encoding', 'grpc-timeout'],
];

/** A call that came in: reads its request, has it answered, and sends the answer or the error. */
export class ServerCall {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #caller: string;
  readonly #parts: ServerCallParts;
  readonly #answer: GrpcResponse;
  /** Aborts when the client is gone or the deadline passes. */
  readonly #over = new AbortController();
  #deadline: NodeJS.Timeout | undefined;
  /** Once it is admitted. */
  #admitted: AdmittedCall | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, caller: string, parts: ServerCallParts) {
    this.#request = request;
    this.#response = response;
    this.#caller = caller;
    this.#parts = parts;
    // Node's compatibility API types it as a response of HTTP/1.
    this.#answer = new GrpcResponse(response as unknown as Http2ServerResponse, acceptsGzip(request.headers));
    followResponse(request, response, () => {
      clearTimeout(this.#deadline);
      this.#over.abort(new ConnectError('The caller is gone.', Code.Canceled));
      this.#admitted?.[Symbol.dispose]();
    });
  }

  /** Never rejects. */
  async serve(): Promise<void> {
    const path = this.#request.url ?? '';
    try {
      const served = this.#parts.methods.get(path);
      if (served === undefined) throw unknownMethod(path);
      await this.#serve(served);
    } catch (error) {
      this.#answer.fail(this.#describe(error));
      limitSending(this.#response, SEND_TIMEOUT_MS, this.#admitted);
    }
  }

  async #serve({ method, authorize, run }: ServedMethod): Promise<void> {
    const header = headersOf(this.#request);
    this.#startDeadline(header.get('grpc-timeout'));
    for (const name of PROTOCOL_HEADERS) header.delete(name);
    const { stopping, interceptors } = this.#parts;
    const signal =
      method.methodKind === 'server_streaming' ? AbortSignal.any([this.#over.signal, stopping]) : this.#over.signal;
    const around = authorize === undefined ? interceptors : [...interceptors, authorize];
    const readAndRun = chain(around, async request => {
      const message = await this.#read(method);
      signal.throwIfAborted();
      return run({ ...request, message } as CallRequest);
    });
    const response = await readAndRun(this.#callRequest(method, header, signal));
    if (method.methodKind === 'unary' || method.methodKind === 'client_streaming')
      await this.#sendOne(method, response);
    else await this.#sendEach(method, response, signal);
  }

  /** Admits the call, and reads its message, or how its messages can be read. */
  async #read(method: DescMethod): Promise<Message | AsyncIterable<Message>> {
    const { admissions, limits, stopping } = this.#parts;
    // A client that is gone closes nothing any more.
    this.#over.signal.throwIfAborted();
    this.#admitted = admissions.admit(this.#caller, method.methodKind);
    const reader = new RequestReader(this.#request, method, this.#admitted, limits);
    if (method.methodKind === 'unary') return await reader.readOne();
    if (method.methodKind === 'server_streaming') return yieldOnly(await reader.readOne());
    return reader.readEach(AbortSignal.any([this.#over.signal, stopping]));
  }

  async #sendOne({ output }: DescMethod, response: CallResponse): Promise<void> {
    const message = response.stream ? await onlyMessage(response.message) : response.message;
    const bytes = toBinary(output, message);
    this.#admitted?.takeBytes(bytes.byteLength);
    limitSending(this.#response, SEND_TIMEOUT_MS, this.#admitted);
    this.#answer.sendHeaders(response.header);
    await this.#answer.send(bytes, this.#over.signal);
    this.#answer.end(response.trailer);
  }

  async #sendEach({ output, methodKind }: DescMethod, response: CallResponse, signal: AbortSignal): Promise<void> {
    // A client may wait for them before it sends its first message. Of other calls the message is there already, and
    // an error in the place of the headers lets a client try again.
    const isAccepted = methodKind === 'bidi_streaming';
    if (isAccepted || !response.header.keys().next().done) this.#answer.sendHeaders(response.header);
    for await (const message of response.message as AsyncIterable<Message>) {
      using _ = this.#giveWayToOthers();
      await this.#answer.send(toBinary(output, message), signal);
    }
    this.#answer.end(response.trailer);
    limitSending(this.#response, SEND_TIMEOUT_MS, this.#admitted);
  }

  /** While the client has to read before more can be sent. */
  #giveWayToOthers(): Disposable | undefined {
    return this.#admitted?.giveWay(() => cut(this.#response));
  }

  #callRequest(method: DescMethod, header: Headers, signal: AbortSignal): CallRequest {
    const request = {
      stream: method.methodKind !== 'unary',
      ...requestHead(method),
      method,
      signal,
      header,
      contextValues: createContextValues()
        .set(sendHeadersKey, () => this.#answer.sendHeaders())
        .set(responseHeaderKey, this.#answer.header),
      // Read once it is admitted.
      message: undefined,
    };
    return request as unknown as CallRequest;
  }

  /** @throws ConnectError INVALID_ARGUMENT if it is malformed */
  #startDeadline(grpcTimeout: string | null): void {
    const { timeoutMs, error } = parseTimeout(grpcTimeout, Number.POSITIVE_INFINITY);
    if (error !== undefined) {
      throw rpcError(Code.InvalidArgument, `The timeout of the call is malformed.`, { reason: 'MALFORMED_DEADLINE' });
    }
    if (timeoutMs === undefined || this.#over.signal.aborted) return;
    this.#deadline = setTimeout(
      () => {
        const passed = new ConnectError('The deadline of the call has passed.', Code.DeadlineExceeded);
        this.#answer.fail(passed);
        this.#over.abort(passed);
      },
      Math.min(timeoutMs, MAX_TIMEOUT_MS),
    );
  }

  #describe(error: unknown): ConnectError {
    if (error instanceof ConnectError) return error;
    const { signal } = this.#over;
    if (signal.aborted && signal.reason instanceof ConnectError) return signal.reason;
    this.#parts.logger.error({ err: error }, 'answer not sent');
    return internalError(error);
  }
}

async function* yieldOnly(message: Message): AsyncIterable<Message> {
  yield message;
}

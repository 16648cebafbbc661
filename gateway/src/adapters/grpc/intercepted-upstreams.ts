import type { DescMethod, DescMethodStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import type { Interceptor, StreamRequest, UnaryRequest } from '@connectrpc/connect';
import { type CallRequest, chain, type Next } from '@vigie/service-kit/grpc';
import type { UpstreamCall, Upstreams } from '../../api/upstreams.ts';

/**
 * Runs interceptors around every call that leaves the gateway, whichever protocol it came over. They are Connect's:
 * they see the caller's headers, pass typed values on (`createContextKey`), and refuse a call by throwing. The first is
 * outermost.
 */
export class InterceptedUpstreams implements Upstreams {
  readonly #upstreams: Upstreams;
  readonly #interceptors: readonly Interceptor[];

  constructor(upstreams: Upstreams, interceptors: readonly Interceptor[]) {
    this.#upstreams = upstreams;
    this.#interceptors = interceptors;
  }

  async unary(method: DescMethod, message: Message, call: UpstreamCall): Promise<Message> {
    const unary = method as DescMethodUnary;
    const send: Next = async request => {
      const answer = await this.#upstreams.unary(method, request.message as Message, callOf(request, call));
      return { ...responseHead(unary), stream: false, method: unary, message: answer };
    };
    const request: UnaryRequest = { ...requestHead(unary, call), stream: false, method: unary, message };
    return (await chain(this.#interceptors, send)(request)).message as Message;
  }

  stream(method: DescMethod, messages: AsyncIterable<Message>, call: UpstreamCall): Promise<AsyncIterable<Message>> {
    return this.#stream(method, messages, call, this.#upstreams);
  }

  /**
   * Runs the interceptors around a call that is then answered without one of its own.
   *
   * @throws what an interceptor refuses it with
   */
  async admit(method: DescMethod, message: Message, call: UpstreamCall): Promise<void> {
    const nowhere: Pick<Upstreams, 'stream'> = {
      async stream(_method, messages) {
        await Array.fromAsync(messages);
        return yieldAll([]);
      },
    };
    await Array.fromAsync(await this.#stream(method, yieldAll([message]), call, nowhere));
  }

  async #stream(
    method: DescMethod,
    messages: AsyncIterable<Message>,
    call: UpstreamCall,
    upstreams: Pick<Upstreams, 'stream'>,
  ): Promise<AsyncIterable<Message>> {
    const streaming = method as DescMethodStreaming;
    const send: Next = async request => {
      const requests = request.message as AsyncIterable<Message>;
      const answers = await upstreams.stream(method, requests, callOf(request, call));
      return { ...responseHead(streaming), stream: true, method: streaming, message: answers };
    };
    const request: StreamRequest = {
      ...requestHead(streaming, call),
      stream: true,
      method: streaming,
      message: messages,
    };
    return (await chain(this.#interceptors, send)(request)).message as AsyncIterable<Message>;
  }
}

function requestHead(method: DescMethod, { signal, header, contextValues }: UpstreamCall) {
  const url = `/${method.parent.typeName}/${method.name}`;
  return { service: method.parent, requestMethod: 'POST', url, signal, header: new Headers(header), contextValues };
}

/** The call as the interceptors have changed it. */
function callOf({ signal, header, contextValues }: CallRequest, { timeoutMs }: UpstreamCall): UpstreamCall {
  return { signal, timeoutMs, header, contextValues };
}

function responseHead({ parent }: DescMethod) {
  return { service: parent, header: new Headers(), trailer: new Headers() };
}

async function* yieldAll<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

import { create, type DescMethod, type Message } from '@bufbuild/protobuf';
import { createContextKey, type StreamRequest } from '@connectrpc/connect';
import type { CallRequest, CallResponse, Next } from './interceptors/chain.ts';
import type { CallContext } from './service-implementation.ts';

export type MethodImplementation = (request: unknown, context: CallContext) => unknown;

type MessageInit = Record<string, unknown>;

/** Sends the response headers of a call. */
export const sendHeadersKey = createContextKey<() => void>(() => {}, { description: 'send headers' });

/**
 * The end of a chain of interceptors: calls the implementation of a method. As in Connect, all but unary calls are
 * streams both ways.
 */
export function implementedMethod(method: DescMethod, implementation: MethodImplementation): Next {
  switch (method.methodKind) {
    case 'unary':
      return async request => {
        const answer = (await implementation(request.message, contextOf(request))) as MessageInit;
        return callResponse(method, create(method.output, answer));
      };
    case 'client_streaming':
      return async request => callResponse(method, answerOnce(method, implementation, request as StreamRequest));
    case 'server_streaming':
    case 'bidi_streaming':
      return async request => callResponse(method, answerMany(method, implementation, request as StreamRequest));
  }
}

async function* answerOnce(
  method: DescMethod,
  implementation: MethodImplementation,
  request: StreamRequest,
): AsyncIterable<Message> {
  const answer = (await implementation(request.message, contextOf(request))) as MessageInit;
  yield create(method.output, answer);
}

async function* answerMany(
  method: DescMethod,
  implementation: MethodImplementation,
  request: StreamRequest,
): AsyncIterable<Message> {
  const { signal } = request;
  const input = method.methodKind === 'server_streaming' ? await onlyMessage(request.message) : request.message;
  for await (const answer of implementation(input, contextOf(request)) as AsyncIterable<MessageInit>) {
    signal.throwIfAborted();
    yield create(method.output, answer);
  }
  // An implementation that ended because it was told to stop hasn't come to the end.
  signal.throwIfAborted();
}

function contextOf(request: CallRequest): CallContext {
  const { signal, contextValues } = request;
  return {
    signal,
    values: contextValues,
    // Made when asked for.
    get header() {
      return request.header;
    },
    sendHeaders: contextValues.get(sendHeadersKey),
  };
}

function callResponse(method: DescMethod, message: Message | AsyncIterable<Message>): CallResponse {
  const response = {
    stream: method.methodKind !== 'unary',
    service: method.parent,
    method,
    header: new Headers(),
    trailer: new Headers(),
    message,
  };
  return response as CallResponse;
}

/** @throws Error if there are none or several */
export async function onlyMessage<T>(messages: AsyncIterable<T>): Promise<T> {
  const all = await Array.fromAsync(messages);
  if (all.length !== 1) throw new Error(`one message was expected, not ${all.length}`);
  return all[0] as T;
}

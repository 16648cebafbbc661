import type { DescMethod } from '@bufbuild/protobuf';
import { type ConnectRouter, createConnectRouter, createContextValues } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { anyTypes } from '../error-json.ts';
import type { ExchangeHandler } from '../exchange.ts';
import { exchangeKey } from '../exchange-key.ts';
import { limitSending } from '../limit-sending.ts';
import { type DecodeCallParts, decodeCall, withDecoded } from './decode-call.ts';
import type { MethodForwarder } from './forward-method.ts';
import type { OwnService } from './own-services.ts';

export interface RpcHandlersParts extends DecodeCallParts {
  readonly methods: readonly DescMethod[];
  readonly forward: MethodForwarder;
  /** Services of the gateway itself: health, reflection. */
  readonly ownServices: readonly OwnService[];
  readonly maxTimeoutMs: number;
}

/** Connect, gRPC-Web and gRPC: a handler for each method, by its path. */
export function createRpcHandlers(parts: RpcHandlersParts): ReadonlyMap<string, ExchangeHandler> {
  const router = createConnectRouter({
    jsonOptions: { registry: anyTypes },
    acceptCompression: [compressionGzip, compressionBrotli],
  });
  for (const method of parts.methods) addMethod(router, method, parts.forward(method) as never, parts);
  for (const { service, implementation } of parts.ownServices) {
    const methods = implementation as Readonly<Record<string, never>>;
    for (const method of service.methods) addMethod(router, method, methods[method.localName] as never, parts);
  }
  return new Map(router.handlers.map(handler => [handler.requestPath, toExchangeHandler(handler, parts)]));
}

function addMethod(
  router: ConnectRouter,
  method: DescMethod,
  implementation: Parameters<typeof withDecoded>[1],
  { maxTimeoutMs }: RpcHandlersParts,
): void {
  // No deadline of its own: a stream may be meant to last for days.
  const options = method.methodKind === 'unary' ? { maxTimeoutMs } : {};
  router.rpc(method, withDecoded(method, implementation) as never, options);
}

function toExchangeHandler(handler: UniversalHandler, parts: RpcHandlersParts): ExchangeHandler {
  return async exchange => {
    const { request, response, path, signal } = exchange;
    exchange.route = path;
    try {
      const values = createContextValues().set(exchangeKey, exchange);
      const received = universalRequestFromNodeRequest(request, response, undefined, values);
      const answer = await handler(await decodeCall(exchange, handler.method, received, values, parts));
      if (!answersMany(handler.method)) limitSending(exchange);
      await universalResponseToNodeResponse(answer, response);
    } catch (error) {
      // A client that is gone gets no answer; any other error is logged.
      if (!signal.aborted && !response.destroyed) throw error;
    }
  };
}

function answersMany({ methodKind }: DescMethod): boolean {
  return methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
}

import type { DescMethod } from '@bufbuild/protobuf';
import { type ConnectRouter, createConnectRouter, createContextValues, type ServiceImpl } from '@connectrpc/connect';
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
import type { MethodForwarder } from './forward-method.ts';
import type { OwnService } from './own-services.ts';

export interface RpcHandlersParts {
  readonly methods: readonly DescMethod[];
  readonly forward: MethodForwarder;
  /** Services of the gateway itself: health, reflection. */
  readonly ownServices: readonly OwnService[];
  readonly maxTimeoutMs: number;
  readonly maxMessageBytes: number;
}

/** Connect, gRPC-Web and gRPC: a handler for each method, by its path. */
export function createRpcHandlers(parts: RpcHandlersParts): ReadonlyMap<string, ExchangeHandler> {
  const router = createConnectRouter({
    // A misspelt field is an error, so that the client notices it.
    jsonOptions: { ignoreUnknownFields: false, registry: anyTypes },
    readMaxBytes: parts.maxMessageBytes,
    acceptCompression: [compressionGzip, compressionBrotli],
  });
  for (const method of parts.methods) addMethod(router, method, parts);
  for (const { service, implementation } of parts.ownServices) {
    router.service(service, implementation as ServiceImpl<typeof service>);
  }
  return new Map(router.handlers.map(handler => [handler.requestPath, toExchangeHandler(handler)]));
}

function addMethod(router: ConnectRouter, method: DescMethod, { forward, maxTimeoutMs }: RpcHandlersParts): void {
  // No deadline of its own: a stream may be meant to last for days.
  const options = method.methodKind === 'unary' ? { maxTimeoutMs } : {};
  router.rpc(method, forward(method) as never, options);
}

function toExchangeHandler(handler: UniversalHandler): ExchangeHandler {
  return async exchange => {
    const { request, response, path, signal } = exchange;
    exchange.route = path;
    try {
      const values = createContextValues().set(exchangeKey, exchange);
      const answer = await handler(universalRequestFromNodeRequest(request, response, undefined, values));
      await universalResponseToNodeResponse(answer, response);
    } catch (error) {
      // A client that is gone gets no answer; any other error is logged.
      if (!signal.aborted && !response.destroyed) throw error;
    }
  };
}

import type { DescMethod } from '@bufbuild/protobuf';
import {
  ConnectError,
  type ConnectRouter,
  type ContextValues,
  createConnectRouter,
  createContextValues,
} from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerRequest, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { cut, headersOf, limitSending } from '@vigie/service-kit/http-listener';
import type { Answer } from '../answer.ts';
import { anyTypes } from '../error-json.ts';
import { type Exchange, type ExchangeHandler, hasLeft } from '../exchange.ts';
import { exchangeKey } from '../exchange-key.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { sendAnswer } from '../send.ts';
import type { Watches } from '../watch/watches.ts';
import { type DecodeCallParts, decodeCall, keptAnswerKey, withDecoded } from './decode-call.ts';
import type { MethodForwarder } from './forward-method.ts';
import { findHandedOver, handOver } from './hand-over-watch.ts';
import type { OwnService } from './own-services.ts';
import { refuseRpc } from './refuse-rpc.ts';
import { COMPRESSIONS, isGrpc, sendGrpc, sendGrpcHead } from './send-grpc.ts';
import { sendHeadKey } from './send-head-key.ts';

export interface RpcHandlersParts extends DecodeCallParts {
  readonly methods: readonly DescMethod[];
  readonly forward: MethodForwarder;
  /** Services of the gateway itself: health, reflection. */
  readonly ownServices: readonly OwnService[];
  /** Takes the calls of its method over once their request is decoded. */
  readonly watches: Watches;
}

/** Connect, gRPC-Web and gRPC: a handler for each method, by its path. */
export function createRpcHandlers(parts: RpcHandlersParts): ReadonlyMap<string, ExchangeHandler> {
  const router = createConnectRouter({
    jsonOptions: { registry: anyTypes },
    acceptCompression: COMPRESSIONS,
  });
  for (const method of parts.methods) {
    const implementation = method === parts.watches.method ? handOver : parts.forward(method);
    addMethod(router, method, implementation as never);
  }
  for (const { service, implementation } of parts.ownServices) {
    const methods = implementation as Readonly<Record<string, never>>;
    for (const method of service.methods) addMethod(router, method, methods[method.localName] as never);
  }
  return new Map(router.handlers.map(handler => [handler.requestPath, toExchangeHandler(handler, parts)]));
}

function addMethod(router: ConnectRouter, method: DescMethod, implementation: Parameters<typeof withDecoded>[1]): void {
  router.rpc(method, withDecoded(method, implementation) as never);
}

function toExchangeHandler(handler: UniversalHandler, parts: RpcHandlersParts): ExchangeHandler {
  return async exchange => {
    const { response, path } = exchange;
    exchange.route = path;
    try {
      await parts.guard.authorize(exchange, handler.method);
    } catch (error) {
      if (!hasLeft(exchange)) refuseRpc(exchange, ConnectError.from(error));
      return;
    }
    try {
      const values = createContextValues().set(exchangeKey, exchange);
      const speaksGrpc = isGrpc(exchange);
      if (speaksGrpc) values.set(sendHeadKey, () => sendGrpcHead(exchange));
      const universal = universalRequest(exchange, values);
      const answer = await handler(await decodeCall(exchange, handler.method, universal, values, parts));
      const kept = values.get(keptAnswerKey) ?? (await keepAnswer(exchange, answer, parts.idempotency));
      if (kept !== undefined) return sendAnswer(exchange, kept);
      const watch = findHandedOver(values, answer);
      if (watch !== undefined) return await parts.watches.open(exchange, watch.request, watch.format, watch.timeoutMs);
      const body = forSlowReaders(answer.body, exchange, handler.method);
      // Without a trailer it is an answer of HTTP, such as 415.
      if (speaksGrpc && answer.trailer !== undefined) await sendGrpc({ ...answer, body }, exchange);
      else await universalResponseToNodeResponse({ ...answer, body }, response);
    } catch (error) {
      await parts.idempotency.end(exchange);
      // A client that is gone gets no answer; any other error is logged.
      if (!hasLeft(exchange)) throw error;
    }
  };
}

/** The answer of a call that was carried out under an Idempotency-Key, once it is kept; undefined for any other. */
async function keepAnswer(
  exchange: Exchange,
  { status, header, body }: UniversalServerResponse,
  idempotency: Idempotency,
): Promise<Answer | undefined> {
  if (exchange.attempt === undefined) return undefined;
  const { 'content-length': _, ...headers } = Object.fromEntries(new Headers(header));
  const answer = { status, headers, body: Buffer.concat(await Array.fromAsync(body ?? [])) };
  await idempotency.end(exchange, answer);
  return answer;
}

/**
 * The body of an answer. The call gives way to others while its client has to read before it goes on; for the whole
 * answer, once that is there, the client has limited time.
 */
async function* forSlowReaders(
  body: UniversalServerResponse['body'],
  exchange: Exchange,
  { methodKind }: DescMethod,
): AsyncGenerator<Uint8Array> {
  const { response, sendTimeoutMs } = exchange;
  let isWhole = false;
  const limit = (): void => {
    if (!isWhole) limitSending(response, sendTimeoutMs, exchange.call);
    isWhole = true;
  };
  const answersMany = methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
  for await (const chunk of body ?? []) {
    if (!answersMany) limit();
    using _ = exchange.call?.giveWay(() => cut(response));
    yield chunk;
  }
  limit();
}

/** Connect's own reads the client's leaving off the request once more, and holds on to it as long as the response. */
function universalRequest({ request, signal }: Exchange, contextValues: ContextValues): UniversalServerRequest {
  return {
    httpVersion: request.httpVersion,
    method: request.method ?? '',
    url: `http://gateway${request.url}`,
    header: headersOf(request),
    // Connect is given another (`decodeCall`), unless it is to refuse the request by its headers.
    body: request,
    signal,
    contextValues,
  };
}

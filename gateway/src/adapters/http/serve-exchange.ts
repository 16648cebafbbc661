import type { IncomingMessage, ServerResponse } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import { callerOf, followResponse, type Peer, type RequestListener } from '@vigie/service-kit/http-listener';
import type { Logger } from '@vigie/service-kit/telemetry';
import { continueTrace, TRACE_ID, TRACEPARENT, withTrace } from '@vigie/service-kit/telemetry';
import type { TrustedProxies } from '@vigie/service-kit/web';
import { callerName } from './caller-name.ts';
import type { Exchange, ExchangeHandler } from './exchange.ts';
import type { HttpMetrics } from './http-metrics.ts';

/** nginx's status for a client that left before the answer. */
const CLIENT_CLOSED_REQUEST = 499;

export interface ServeExchangeParts {
  readonly handle: ExchangeHandler;
  readonly logger: Logger;
  readonly metrics: HttpMetrics;
  /** How long a client may take to read a response that isn't a stream. */
  readonly sendTimeoutMs: number;
  /** How long a body is still read that was refused. */
  readonly lingerMs?: number;
  /** None by default. */
  readonly trustedProxies?: TrustedProxies;
}

/** Runs each request in its trace, and counts and logs it once it is over. */
export function createRequestListener(parts: ServeExchangeParts): RequestListener {
  const { handle, logger, metrics, sendTimeoutMs, lingerMs, trustedProxies } = parts;
  return (request, response, caller, peer) => {
    const startedAt = performance.now();
    const finishMetrics = metrics.begin();
    const gone = new AbortController();
    const sender = findSender(request, caller, peer, trustedProxies);
    const exchange = openExchange(request, response, sender, gone.signal, sendTimeoutMs);
    response.setHeader(TRACE_ID, exchange.trace.traceId);
    const onOver = (isFinished: boolean): void => {
      if (!isFinished && exchange.attempt === undefined)
        gone.abort(new ConnectError('The client is gone.', Code.Canceled));
      const status = isFinished ? response.statusCode : CLIENT_CLOSED_REQUEST;
      finishMetrics({ method: request.method ?? '', route: exchange.route, status });
      logExchange(logger, exchange, status, performance.now() - startedAt);
    };
    followResponse(request, response, onOver, lingerMs);
    withTrace(exchange.trace, () => {
      void handle(exchange).catch(error => {
        logger.error({ err: error, path: exchange.path }, 'request failed');
        response.destroy();
      });
    });
  };
}

function logExchange(logger: Logger, exchange: Exchange, status: number, elapsedMs: number): void {
  const { request, path, route, uid, code, trace, identity } = exchange;
  const ms = Math.round(elapsedMs * 1000) / 1000;
  const by = identity && callerName(identity);
  const line = { traceId: trace.traceId, method: request.method, path, route, status, ms, uid, code, by };
  if (exchange.isRateLimited) logger.debug(line, 'request');
  else if (status >= 500) logger.warn(line, 'request');
  else logger.info(line, 'request');
}

type Sender = Pick<Exchange, 'caller' | 'isSecure' | 'forwardedHosts'>;

function findSender(request: IncomingMessage, caller: string, peer: Peer, proxies?: TrustedProxies): Sender {
  const { isSecure } = peer;
  if (!peer.isProxy || proxies === undefined) return { caller, isSecure, forwardedHosts: [] };
  const forwarded = proxies.read(peer.address, request.headers);
  return {
    caller: callerOf(forwarded.address),
    isSecure: forwarded.isSecure ?? isSecure,
    forwardedHosts: forwarded.hosts,
  };
}

function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  sender: Sender,
  signal: AbortSignal,
  sendTimeoutMs: number,
): Exchange {
  const url = request.url ?? '/';
  const queryStart = url.indexOf('?');
  const traceparent = request.headers[TRACEPARENT];
  return {
    request,
    response,
    ...sender,
    path: queryStart < 0 ? url : url.slice(0, queryStart),
    query: queryStart < 0 ? '' : url.slice(queryStart + 1),
    trace: continueTrace(typeof traceparent === 'string' ? traceparent : undefined),
    signal,
    sendTimeoutMs,
    identity: undefined,
    call: undefined,
    attempt: undefined,
    rate: undefined,
    isRateLimited: false,
    route: 'unknown',
    uid: undefined,
    code: undefined,
  };
}

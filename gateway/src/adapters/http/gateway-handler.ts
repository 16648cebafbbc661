import { ConnectError } from '@connectrpc/connect';
import { unknownMethod } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ExchangeHandler } from './exchange.ts';
import { expectsGrpcStatus, isGrpc, sendGrpcError } from './rpc/send-grpc.ts';
import type { SecurityHeaders } from './security-headers.ts';
import { sendError } from './send.ts';
import { isPreflight, type WebAccess } from './web-access.ts';

export interface GatewayHandlers {
  readonly webAccess: WebAccess;
  readonly securityHeaders: SecurityHeaders;
  /** By path: of calls over Connect, gRPC-Web and gRPC, and of the old systems' clients. */
  readonly byPath: ReadonlyMap<string, ExchangeHandler>;
  /** HTTP/JSON: everything else. */
  readonly transcoder: ExchangeHandler;
  readonly logger: Logger;
}

/** Sends each request to the protocol that its path belongs to, if its client may send it at all. */
export function createGatewayHandler(parts: GatewayHandlers): ExchangeHandler {
  const { webAccess, securityHeaders, byPath, transcoder, logger } = parts;
  return async exchange => {
    const { request, response } = exchange;
    securityHeaders.set(exchange);
    try {
      webAccess.check(request, exchange.forwardedHosts);
    } catch (error) {
      // Web pages, which speak the other protocols, understand HTTP's 403.
      if (isGrpc(exchange)) return sendGrpcError(exchange, ConnectError.from(error));
      return sendError(exchange, error, logger);
    }
    const corsHeaders = Object.entries(webAccess.corsHeaders(request));
    for (const [name, value] of corsHeaders) response.setHeader(name, value);
    if (isPreflight(request) && corsHeaders.length > 0) {
      response.writeHead(204).end();
    } else {
      const handler = byPath.get(exchange.path);
      if (handler === undefined && expectsGrpcStatus(exchange)) sendGrpcError(exchange, unknownMethod(exchange.path));
      else await (handler ?? transcoder)(exchange);
    }
  };
}

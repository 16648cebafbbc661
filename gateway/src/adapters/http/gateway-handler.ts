import type { ExchangeHandler } from './exchange.ts';

export interface GatewayHandlers {
  /** By path: of calls over Connect, gRPC-Web and gRPC, and of the old systems' clients. */
  readonly byPath: ReadonlyMap<string, ExchangeHandler>;
  /** HTTP/JSON: everything else. */
  readonly transcoder: ExchangeHandler;
}

/** Sends each request to the protocol that its path belongs to. */
export function createGatewayHandler({ byPath, transcoder }: GatewayHandlers): ExchangeHandler {
  return exchange => (byPath.get(exchange.path) ?? transcoder)(exchange);
}

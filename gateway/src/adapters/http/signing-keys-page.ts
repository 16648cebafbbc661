import { Code } from '@connectrpc/connect';
import type { FetchSigningKeys } from '@vigie/access';
import { reuseRecent } from '@vigie/service-kit/async';
import { rpcError } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ExchangeHandler } from './exchange.ts';
import { methodNotAllowed } from './http-error.ts';
import { sendBytes, sendError } from './send.ts';

export const SIGNING_KEYS_PATH = '/.well-known/jwks.json';

/** However many ask. */
const FRESH_MS = 1_000;
/** Shorter than a key is published before it signs. */
const CACHE_CONTROL = 'public, max-age=300';

/** By which keys users' access tokens are signed, for whoever wants to verify them too (RFC 7517). */
export function createSigningKeysPage(fetchSigningKeys: FetchSigningKeys, logger: Logger): ExchangeHandler {
  const fetchRecent = reuseRecent(fetchSigningKeys);
  return async exchange => {
    exchange.route = SIGNING_KEYS_PATH;
    const { method = '' } = exchange.request;
    try {
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, SIGNING_KEYS_PATH, ['GET', 'HEAD']);
      const jwks = await fetchRecent(FRESH_MS).catch(cause => {
        const message = "The keys can't be asked for now; try again.";
        throw rpcError(Code.Unavailable, message, { reason: 'ACCESS_UNREACHABLE', retryDelayMs: 1_000, cause });
      });
      sendBytes(exchange, 200, 'application/jwk-set+json', Buffer.from(jwks), { 'cache-control': CACHE_CONTROL });
    } catch (error) {
      sendError(exchange, error, logger);
    }
  };
}

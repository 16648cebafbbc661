import { isIP } from 'node:net';
import { hostOf } from '@vigie/service-kit/web';
import type { Exchange } from './exchange.ts';
import { isGrpc } from './rpc/send-grpc.ts';
import { authorityOf } from './web-access.ts';

export interface SecurityHeadersOptions {
  /** Web sites whose pages may call. */
  readonly allowedOrigins: readonly string[];
  /** For how long browsers are to call a host over TLS alone; 0 has them forget it. */
  readonly hstsMaxAgeSeconds: number;
}

/**
 * What browsers are not to do with answers: guess what they are, keep them, tell others where they are from, or show
 * them in pages of other sites. An answer may have another `cache-control` of its own.
 *
 * Calls of gRPC itself get none of these: no browser can make them, and there each byte counts.
 */
export class SecurityHeaders {
  readonly #common: ReadonlyMap<string, string>;
  readonly #hsts: string;

  constructor({ allowedOrigins, hstsMaxAgeSeconds }: SecurityHeadersOptions) {
    this.#common = new Map([
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
      // A request for an image, say a poster, doesn't tell which site shows it.
      ['cross-origin-resource-policy', allowedOrigins.length > 0 ? 'cross-origin' : 'same-origin'],
      ['cache-control', 'no-store'],
    ]);
    this.#hsts = `max-age=${hstsMaxAgeSeconds}`;
  }

  set(exchange: Exchange): void {
    if (isGrpc(exchange)) return;
    const { response } = exchange;
    for (const [name, value] of this.#common) response.setHeader(name, value);
    if (exchange.isSecure && isCalledByName(exchange)) response.setHeader('strict-transport-security', this.#hsts);
  }
}

/** Of `localhost` it would hold for every server of its developer; of an address browsers ignore it. */
function isCalledByName({ request, forwardedHosts }: Exchange): boolean {
  const host = hostOf(forwardedHosts[0] ?? authorityOf(request) ?? '');
  return isIP(host) === 0 && host !== 'localhost' && !host.endsWith('.localhost');
}

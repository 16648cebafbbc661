import type { IncomingMessage } from 'node:http';
import { Code, type ConnectError, cors } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { TRACEPARENT } from '@vigie/service-kit/telemetry';
import { AllowedHosts } from '@vigie/service-kit/web';

export interface WebAccessOptions {
  /** Host names under which clients may call, besides addresses and `localhost`; `*.example.com`, or `*` for any. */
  readonly allowedHosts: readonly string[];
  /** Web sites whose pages may call, such as `https://console.example.com`; `*` for any. */
  readonly allowedOrigins: readonly string[];
}

/** They change nothing: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 */
const SAFE_METHODS: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS'];
/** Of requests, beside those of the protocols. */
const ALLOWED_HEADERS = [...cors.allowedHeaders, 'authorization', 'idempotency-key', 'last-event-id', TRACEPARENT];
/** Of answers. */
const EXPOSED_HEADERS = [
  ...cors.exposedHeaders,
  ...['idempotency-replayed', 'location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'trace-id'],
];
const PREFLIGHT_MAX_AGE_SECONDS = 7_200;
/** Longer ones are not repeated to their sender. */
const MAX_TEXT_LENGTH = 256;

/**
 * What web pages may do. A browser lets any page send requests to any address, also to one on its own machine:
 *
 * - to another site, with the page's own site in `Origin`. Such a request is refused if it could change something.
 * - to a name of the page's own site that has come to mean this machine (DNS rebinding). The browser takes that for the
 *   same site, so only names are served that belong to this gateway.
 */
export class WebAccess {
  readonly #hosts: AllowedHosts;
  readonly #origins: readonly string[];

  constructor({ allowedHosts, allowedOrigins }: WebAccessOptions) {
    this.#hosts = new AllowedHosts(allowedHosts);
    this.#origins = allowedOrigins.map(origin => origin.toLowerCase());
  }

  /**
   * @param forwardedHosts as which trusted proxies were called, if they tell
   * @throws ConnectError PERMISSION_DENIED
   */
  check(request: IncomingMessage, forwardedHosts: readonly string[] = []): void {
    const authority = authorityOf(request);
    // The request's own host too: a proxy may pass on what a page has written into the other headers.
    for (const host of [authority, ...forwardedHosts]) {
      if (!this.#hosts.allows(host)) throw hostRefused(host);
    }
    const { origin } = request.headers;
    if (origin === undefined || SAFE_METHODS.includes(request.method)) return;
    const called = forwardedHosts.length > 0 ? forwardedHosts : [authority];
    if (!called.some(host => isSameSite(origin, host)) && !this.#allowsOrigin(origin)) throw originRefused(origin);
  }

  /**
   * The headers by which a browser lets a page of an allowed site read the answer; none for others.
   * https://fetch.spec.whatwg.org/#http-cors-protocol
   */
  corsHeaders({ method, headers }: IncomingMessage): Readonly<Record<string, string>> {
    const { origin } = headers;
    if (origin === undefined || !this.#allowsOrigin(origin)) return {};
    const common = { 'access-control-allow-origin': origin, vary: 'origin' };
    if (!isPreflight({ method, headers })) {
      return {
        ...common,
        'access-control-expose-headers': EXPOSED_HEADERS.join(),
      };
    }
    return {
      ...common,
      'access-control-allow-methods': [...cors.allowedMethods, 'DELETE', 'PATCH'].join(),
      'access-control-allow-headers': ALLOWED_HEADERS.join(),
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
    };
  }

  #allowsOrigin(origin: string): boolean {
    return this.#origins.includes('*') || this.#origins.includes(origin.toLowerCase());
  }
}

/** Whether a browser asks if a page may send a request. */
export function isPreflight({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** As which host its client has called; `undefined` if it doesn't tell. */
export function authorityOf({ headers }: IncomingMessage): string | undefined {
  const authority = headers[':authority'];
  return typeof authority === 'string' ? authority : headers.host;
}

function isSameSite(origin: string, authority: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === authority?.toLowerCase();
}

function hostRefused(authority = ''): ConnectError {
  const host = authority.slice(0, MAX_TEXT_LENGTH);
  const message = `The gateway is not served as ${host}: call it by its address or a name in ALLOWED_HOSTS.`;
  return rpcError(Code.PermissionDenied, message, { reason: 'HOST_NOT_ALLOWED', metadata: { host } });
}

function originRefused(found: string): ConnectError {
  const origin = found.slice(0, MAX_TEXT_LENGTH);
  const message = `Web pages of ${origin} may not call this: the site has to be in ALLOWED_ORIGINS.`;
  return rpcError(Code.PermissionDenied, message, { reason: 'ORIGIN_NOT_ALLOWED', metadata: { origin } });
}

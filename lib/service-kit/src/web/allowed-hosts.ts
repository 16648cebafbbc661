import { isIP } from 'node:net';

/**
 * The hosts as which a server may be called: addresses, `localhost` and names of its own. A web page can have a name of
 * its site resolve to any machine, also to that of its reader (DNS rebinding). To the browser that is the page's own
 * site, and the page may read the answers; but the request says that name in `Host`.
 */
export class AllowedHosts {
  readonly #names: readonly string[];

  /** @param names in upper or lower case; `*.example.com`, or `*` for any */
  constructor(names: readonly string[]) {
    this.#names = ['localhost', '*.localhost', ...names.map(name => name.toLowerCase())];
  }

  /** @param authority `host:port` as a request has it; undefined if it has none, so that no browser sent it */
  allows(authority: string | undefined): boolean {
    if (authority === undefined) return true;
    const host = hostOf(authority);
    return isIP(host) !== 0 || this.#names.some(allowed => matches(allowed, host));
  }
}

/** The host of `host:port`, of an IPv6 address without its brackets. */
export function hostOf(authority: string): string {
  const [, v6, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(authority) ?? [];
  return (v6 ?? name).toLowerCase().replace(/\.$/, '');
}

function matches(allowed: string, host: string): boolean {
  if (allowed === '*') return true;
  return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed;
}

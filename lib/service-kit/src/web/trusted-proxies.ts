import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { plainAddress } from './plain-address.ts';
import { readForwarded } from './read-forwarded.ts';

/** What trusted proxies tell of a request. */
export interface ForwardedRequest {
  /** Of the client, or of the nearest proxy behind which nothing is known. */
  readonly address: string;
  /** As which hosts its client has called the proxies; empty if they don't tell. */
  readonly hosts: readonly string[];
  /** Whether its client has called them over TLS; `undefined` if they don't tell. */
  readonly isSecure: boolean | undefined;
}

const PREFIX_BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * The proxies whose word counts about where a request comes from. Each of them adds, on the right, the address that it
 * was called from; whatever stands further left than the first one that isn't trusted may be made up.
 */
export class TrustedProxies {
  readonly #networks = new BlockList();

  /**
   * @param networks addresses, and networks such as `10.0.0.0/8` or `fd00::/8`
   * @throws Error with the rest of the sentence "it ..."
   */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#networks.check(plain, familyOf(plain));
  }

  /** @param peer the address of whoever has the connection; the headers count only if it is trusted */
  read(peer: string, headers: IncomingHttpHeaders): ForwardedRequest {
    const address = plainAddress(peer);
    if (!this.trusts(address)) return { address, hosts: [], isSecure: undefined };
    const forwarded = readForwarded(textOf(headers.forwarded) ?? '');
    const hop = this.#follow(
      address,
      forwarded.map(each => each.get('for') ?? ''),
    );
    const listed = this.#follow(address, listOf(headers['x-forwarded-for']));
    const told = forwarded[hop.index];
    const hosts = [lastOf(headers['x-forwarded-host']), told?.get('host')];
    return {
      address: this.#agreed(address, headers, hop.address, listed.address),
      hosts: hosts.filter(host => host !== undefined),
      isSecure: isHttps(lastOf(headers['x-forwarded-proto']) ?? told?.get('proto')),
    };
  }

  /**
   * A proxy that writes one of the headers may pass the other on as its client sent it, so that one alone can't be
   * believed where both are there.
   */
  #agreed(peer: string, headers: IncomingHttpHeaders, forwarded: string, listed: string): string {
    if (headers.forwarded === undefined) return listed;
    if (headers['x-forwarded-for'] === undefined) return forwarded;
    return forwarded === listed ? listed : peer;
  }

  /** From right to left, until one that isn't trusted. */
  #follow(peer: string, claims: readonly string[]): { readonly address: string; readonly index: number } {
    let found = { address: peer, index: claims.length };
    for (let index = claims.length - 1; index >= 0; index--) {
      const address = addressIn(claims[index] ?? '');
      if (address === undefined) return found;
      found = { address, index };
      if (!this.trusts(address)) return found;
    }
    return found;
  }

  #add(network: string): void {
    const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
    const plain = bits === undefined ? plainAddress(address) : address;
    const family = familyOf(plain);
    const prefix = Number(bits ?? PREFIX_BITS[family]);
    if (isIP(plain) === 0 || prefix > PREFIX_BITS[family]) {
      throw new Error('must list addresses and networks, such as 192.0.2.7, 10.0.0.0/8 or fd00::/8');
    }
    this.#networks.addSubnet(plain, prefix, family);
  }
}

function familyOf(address: string): keyof typeof PREFIX_BITS {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** Some proxies add the port: `192.0.2.7:4711`, `[2001:db8::1]:4711`. */
function addressIn(claim: string): string | undefined {
  const text = claim.trim();
  const [, v6, v4] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? [];
  const address = plainAddress(v6 ?? v4 ?? text);
  return isIP(address) === 0 ? undefined : address;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

function listOf(header: string | string[] | undefined): readonly string[] {
  return textOf(header)?.split(',') ?? [];
}

/** What the nearest proxy has said. */
function lastOf(header: string | string[] | undefined): string | undefined {
  return listOf(header).at(-1)?.trim() || undefined;
}

function isHttps(proto: string | undefined): boolean | undefined {
  return proto === undefined ? undefined : proto.toLowerCase() === 'https';
}

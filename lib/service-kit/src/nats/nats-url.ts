import type { TlsOptions } from '@nats-io/transport-node';
import { checkIdentityOf } from '../tls/check-identity-of.ts';

export interface NatsAccess {
  /** Addresses of one server, or of several of a cluster; without credentials, so that they may be shown. */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  /** Replies come to a place of the user's own, which nobody else may read. */
  readonly inboxPrefix?: string;
  /** If the addresses ask for it: a server without TLS, or with a certificate for another name, is refused. */
  readonly tls?: TlsOptions & { readonly checkServerIdentity: ReturnType<typeof checkIdentityOf> };
}

/** The client refuses `ws://`. */
const PROTOCOLS = ['nats:', 'tls:'];

/**
 * The connection options of `nats://user:password@host:port`, or of several of these separated by commas. The client
 * doesn't read credentials from an address, and connects as one user to all servers.
 *
 * @throws Error that begins with "must" and shows no part of the value, as EnvReader's messages do
 */
export function readNatsUrl(value: string): NatsAccess {
  const urls = value.split(',').map((part, index, parts) => parseAddress(part.trim(), placeOf(index, parts)));
  const [first, ...others] = urls as [URL, ...URL[]];
  const stranger = others.findIndex(url => url.username !== first.username || url.password !== first.password);
  if (stranger !== -1) {
    throw new Error(`must have the same user and password in all addresses; those of ${ordinal(stranger + 1)} differ`);
  }
  if (others.some(url => url.protocol !== first.protocol))
    throw new Error('must have tls:// in all addresses or in none');
  const servers = urls.map(({ protocol, host }) => `${protocol}//${host}`);
  // The client itself passes over the protocol of an address.
  const tls = { checkServerIdentity: checkIdentityOf(urls.map(({ hostname }) => hostname)) };
  const secured = first.protocol === 'tls:' ? { tls } : {};
  if (first.username === '') return { servers, ...secured };
  const user = decode(first.username);
  return { servers, ...secured, user, pass: decode(first.password), inboxPrefix: `_INBOX.${user}` };
}

function parseAddress(text: string, place: string): URL {
  const url = URL.parse(text);
  if (url === null || !PROTOCOLS.includes(url.protocol) || url.host === '') {
    throw new Error(`must be nats://user:password@host:port (or tls://), several separated by commas${place}`);
  }
  return url;
}

function placeOf(index: number, { length }: readonly string[]): string {
  return length === 1 ? '' : `; ${ordinal(index)} isn't that`;
}

function ordinal(index: number): string {
  return `address number ${index + 1}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('must have a percent sign in its user or password written as %25');
  }
}

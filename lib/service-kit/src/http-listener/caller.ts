import { isIPv6 } from 'node:net';
import { plainAddress } from '../web/plain-address.ts';

/** The part of an IPv6 address that one site has for itself: https://www.rfc-editor.org/rfc/rfc6177 */
const SITE_GROUPS = 4;

/**
 * Who counts as one caller: an IPv4 address, or a /64 network of IPv6, in which one machine may have any number of
 * addresses.
 */
export function callerOf(remoteAddress: string | undefined): string {
  const address = plainAddress(remoteAddress ?? '');
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = address.includes('::') ? 8 - groups.length - (tail === '' ? 0 : tail.split(':').length) : 0;
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail === '' ? [] : tail.split(':'))];
  return `${all
    .slice(0, SITE_GROUPS)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** An address without its zone; one of IPv4 as such, also where it comes as one of IPv6 (`::ffff:192.0.2.7`). */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

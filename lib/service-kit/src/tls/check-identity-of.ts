import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/**
 * Whether a certificate is that of the server. Of a server that is named by its IP address, the clients of NATS (3.4.0)
 * and Postgres (8.23.0) give TLS no name, and Node would take any certificate for `localhost`: here it has to be for
 * one of the addresses.
 *
 * @param hostnames of the servers, as in their URLs
 * @returns what is wrong with it, for `checkServerIdentity` of `tls.connect`
 */
export function checkIdentityOf(hostnames: readonly string[]) {
  const addresses = hostnames.map(name => name.replace(/^\[(.*)\]$/, '$1')).filter(name => isIP(name) !== 0);
  return (name: string, certificate: PeerCertificate): Error | undefined => {
    if (addresses.length === 0 || hostnames.includes(name)) return checkServerIdentity(name, certificate);
    const problems = addresses.map(address => checkServerIdentity(address, certificate));
    return problems.includes(undefined) ? undefined : problems[0];
  };
}

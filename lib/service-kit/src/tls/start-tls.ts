import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { KeyPair } from '../http-listener/tls/tls-acceptor.ts';
import { checkIdentityOf } from './check-identity-of.ts';

export interface StartedTls {
  readonly secured: TLSSocket;
  /** Rejects with what is wrong with the server's certificate, or with the connection. */
  readonly handshake: Promise<void>;
}

/**
 * Begins TLS for HTTP/2 over a connection, as its client. A server that wants no part of the client's certificate may
 * say so only after the handshake.
 *
 * @param hostnames the server's certificate has to be for one of them: a name, or IP addresses
 */
export function startTls(socket: Socket, hostnames: readonly string[], keyPair: KeyPair): StartedTls {
  const [hostname = ''] = hostnames;
  const secured = connect({
    ...keyPair,
    socket,
    // Not of an address: https://www.rfc-editor.org/rfc/rfc6066#section-3
    servername: isIP(hostname) === 0 ? hostname : '',
    checkServerIdentity: checkIdentityOf(hostnames),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
  });
  const { promise: handshake, resolve, reject } = Promise.withResolvers<void>();
  // Stays, so that an error never finds nobody who listens.
  secured.on('error', reject).once('secureConnect', resolve);
  return { secured, handshake };
}

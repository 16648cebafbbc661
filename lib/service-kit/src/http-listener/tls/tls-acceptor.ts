import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { peek } from '../peek.ts';
import { refusePlainText } from './refuse-plain-text.ts';

/** What one end of a connection shows and whom it trusts, as PEM. */
export interface KeyPair {
  /** Its own certificate, then those between it and the authority that the other end trusts. */
  readonly cert: string;
  readonly key: string;
  /** The authorities one of which has signed the other end's certificate. Without it a server asks clients for none. */
  readonly ca?: string | undefined;
}

/** What a record of TLS begins with in which a client opens its handshake. */
const HANDSHAKE_RECORD = '\x16';
const ALPN_PROTOCOLS = ['h2', 'http/1.1'];
/** HTTP/2 wants no renegotiation (https://www.rfc-editor.org/rfc/rfc9113#section-9.2.1), and nobody needs it. */
const PROTOCOL = { minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;

/** Makes TLS connections of TCP connections that somebody else has accepted. */
export class TlsAcceptor {
  readonly #handshakeTimeoutMs: number;
  readonly #server: Server;
  /** By the endpoints of their sockets: Node hands over a new socket with the same ones, not the one that it got. */
  readonly #handshakes = new Map<string, (secured: TLSSocket) => void>();

  constructor(keyPair: KeyPair, handshakeTimeoutMs: number) {
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.#server = createServer({
      ...keyPair,
      ...PROTOCOL,
      requestCert: keyPair.ca !== undefined,
      rejectUnauthorized: true,
      ALPNProtocols: ALPN_PROTOCOLS,
      noDelay: true,
    });
    this.#server.on('secureConnection', secured => this.#secured(secured));
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /**
   * For handshakes that begin from now on.
   *
   * @throws Error if the two don't belong together; the ones before stay then
   */
  setKeyPair(keyPair: KeyPair): void {
    this.#server.setSecureContext({ ...keyPair, ...PROTOCOL });
  }

  /** Calls back once the handshake is over. A connection that gets none, or not in time, is closed. */
  accept(socket: Socket, onSecured: (secured: TLSSocket) => void): void {
    peek(
      socket,
      seen => seen.startsWith(HANDSHAKE_RECORD),
      isTls => {
        if (isTls) this.#shakeHands(socket, onSecured);
        else refusePlainText(socket);
      },
    );
  }

  #shakeHands(socket: Socket, onSecured: (secured: TLSSocket) => void): void {
    const endpoints = endpointsOf(socket);
    // Node's own timeout begins anew with every byte.
    const timer = setTimeout(() => socket.destroy(), this.#handshakeTimeoutMs);
    const finish = (secured: TLSSocket): void => {
      clearTimeout(timer);
      this.#handshakes.delete(endpoints);
      onSecured(secured);
    };
    this.#handshakes.set(endpoints, finish);
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.#handshakes.get(endpoints) === finish) this.#handshakes.delete(endpoints);
    });
    this.#server.emit('connection', socket);
  }

  #secured(secured: TLSSocket): void {
    const finish = this.#handshakes.get(endpointsOf(secured));
    // Its client has reset the connection meanwhile.
    if (finish === undefined) secured.destroy();
    else finish(secured);
  }
}

function endpointsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}

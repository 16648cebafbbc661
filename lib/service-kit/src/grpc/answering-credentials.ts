import type { Socket } from 'node:net';
import { ChannelCredentials, credentials, experimental } from '@grpc/grpc-js';
import type { KeyPair } from '../http-listener/tls/tls-acceptor.ts';
import { startTls } from '../tls/start-tls.ts';

type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;

export interface AnsweringCredentialsOptions {
  readonly firstWordTimeoutMs: number;
  /** Asked with each connection for what holds then; absent: plaintext. */
  readonly tls?: { readonly current: KeyPair } | undefined;
}

/**
 * To servers that answer. A connection may be accepted and then stay silent: behind a firewall that drops its packets,
 * or at a frozen server. grpc-js waits for the first word without a limit, and its keepalive begins only after it, so
 * that the address would be lost until the process ends.
 *
 * Over TLS this shows a certificate and takes that of the server for one of the names of the channel's target. grpc-js
 * has credentials whose certificates change, but gives TLS an IP address for a name, about which Node complains, and of
 * several addresses the first one for all.
 */
export class AnsweringCredentials extends ChannelCredentials {
  readonly #plaintext = credentials.createInsecure();
  readonly #options: AnsweringCredentialsOptions;

  constructor(options: AnsweringCredentialsOptions) {
    super();
    this.#options = options;
  }

  override _isSecure(): boolean {
    return this.#options.tls !== undefined;
  }

  override _equals(other: ChannelCredentials): boolean {
    if (!(other instanceof AnsweringCredentials)) return false;
    const { firstWordTimeoutMs, tls } = this.#options;
    return other.#options.firstWordTimeoutMs === firstWordTimeoutMs && other.#options.tls === tls;
  }

  override _createSecureConnector(...target: Parameters<ChannelCredentials['_createSecureConnector']>): Connector {
    const connector = this.#plaintext._createSecureConnector(...target);
    const hostnames = hostnamesOf(target[0]);
    return {
      ...connector,
      connect: async socket => {
        const { tls } = this.#options;
        if (tls === undefined) {
          this.#giveUpSilent(socket);
          return connector.connect(socket);
        }
        const { secured, handshake } = startTls(socket, hostnames, tls.current);
        // What is said within TLS counts: a server may also fall silent amid the handshake.
        this.#giveUpSilent(secured);
        await handshake;
        return { socket: secured, secure: true };
      },
    };
  }

  #giveUpSilent(socket: Socket): void {
    const { firstWordTimeoutMs } = this.#options;
    const timer = setTimeout(() => {
      if (socket.bytesRead > 0) return;
      socket.destroy(new Error(`the server accepts the connection and says nothing for ${firstWordTimeoutMs} ms`));
    }, firstWordTimeoutMs);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }
}

/** Of `dns:store-svc:50053`, `ipv4:10.0.0.1:50053,10.0.0.2:50053` ... */
function hostnamesOf({ path }: experimental.GrpcUri): string[] {
  return path.split(',').map(address => experimental.splitHostPort(address)?.host ?? address);
}

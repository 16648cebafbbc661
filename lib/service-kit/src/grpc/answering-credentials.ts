import type { Socket } from 'node:net';
import { ChannelCredentials, credentials } from '@grpc/grpc-js';

type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;

/**
 * Plaintext, to servers that answer. A connection may be accepted and then stay silent: behind a firewall that drops
 * its packets, or at a frozen server. grpc-js waits for the first word without a limit, and its keepalive begins only
 * after it, so that the address would be lost until the process ends.
 */
export class AnsweringCredentials extends ChannelCredentials {
  readonly #plaintext = credentials.createInsecure();
  readonly #firstWordTimeoutMs: number;

  constructor(firstWordTimeoutMs: number) {
    super();
    this.#firstWordTimeoutMs = firstWordTimeoutMs;
  }

  override _isSecure(): boolean {
    return false;
  }

  override _equals(other: ChannelCredentials): boolean {
    return other instanceof AnsweringCredentials && other.#firstWordTimeoutMs === this.#firstWordTimeoutMs;
  }

  override _createSecureConnector(...target: Parameters<ChannelCredentials['_createSecureConnector']>): Connector {
    const connector = this.#plaintext._createSecureConnector(...target);
    return {
      ...connector,
      connect: socket => {
        this.#giveUpSilent(socket);
        return connector.connect(socket);
      },
    };
  }

  #giveUpSilent(socket: Socket): void {
    const timer = setTimeout(() => {
      if (socket.bytesRead > 0) return;
      socket.destroy(
        new Error(`the server accepts the connection and says nothing for ${this.#firstWordTimeoutMs} ms`),
      );
    }, this.#firstWordTimeoutMs);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }
}

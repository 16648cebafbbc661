import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { callerOf } from './caller.ts';
import type { TabledConnection } from './connection-table.ts';
import { ping } from './ping.ts';
import { shutdownNotice } from './shutdown-notice.ts';

/** How long a client may take to say that it has got the notice. */
const NOTICE_TIMEOUT_MS = 1_000;

/** Who sends requests on a connection. */
export interface Peer {
  readonly address: string;
  /** Whether it is a proxy, on whose connections requests of many clients may come. */
  readonly isProxy: boolean;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
}

/** A client's connection. */
export class Connection implements TabledConnection, Peer {
  readonly address: string;
  readonly caller: string;
  /** What HTTP is spoken over: once there is TLS, that. */
  socket: Socket;
  readonly isProxy: boolean;
  readonly openedAt: number;
  /** Somewhere in 0 to 1: where between the shortest and the longest age it ends. */
  readonly agePart = Math.random();
  /** Once it has turned out to be HTTP/2. */
  session: ServerHttp2Session | undefined;
  /** What the session writes its frames to. */
  frames: Writable | undefined;
  #isDraining = false;
  #bytesRead = 0;
  #heardFromAt: number;
  #pingedAt: number | undefined;

  constructor(socket: Socket, now: number, isProxy: (address: string) => boolean = () => false) {
    this.socket = socket;
    this.address = socket.remoteAddress ?? '';
    this.caller = callerOf(this.address);
    this.isProxy = isProxy(this.address);
    this.openedAt = now;
    this.#heardFromAt = now;
  }

  get isSecure(): boolean {
    return this.socket instanceof TLSSocket;
  }

  /** Ends it, after what has come in on an HTTP/2 session. A request that is on its way meanwhile is lost. */
  close(): void {
    if (this.session === undefined) this.socket.destroy();
    else this.session.close();
  }

  /**
   * Ends an HTTP/2 session without a loss: asks its client to open no more streams, serves those that it opens before
   * it has read that, and then closes as `close` does. nghttp2 knows this as `nghttp2_submit_shutdown_notice`, which
   * Node has no function for; with the GOAWAY of Node's, nghttp2 drops every stream that comes after it.
   */
  drain(): void {
    const { session, frames } = this;
    if (session === undefined || frames === undefined || this.#isDraining) return;
    this.#isDraining = true;
    // After the session's settings, which come first on a connection, and between two of its writes.
    setImmediate(() => {
      if (session.closed || frames.destroyed) return;
      frames.write(shutdownNotice());
      const close = (): void => {
        clearTimeout(timer);
        session.close();
      };
      const timer = setTimeout(close, NOTICE_TIMEOUT_MS);
      // Answered in order: whatever its client sent before the answer has come in by then.
      if (!ping(session, close)) close();
    });
  }

  /**
   * Asks a client that is silent for a sign of life; cuts a connection whose client gives none. Nobody else would tell:
   * the kernel of a frozen process still acknowledges.
   */
  checkPeer(now: number, pingAfterMs: number, pingTimeoutMs: number): void {
    if (this.socket.bytesRead !== this.#bytesRead) {
      this.#bytesRead = this.socket.bytesRead;
      this.#heardFromAt = now;
      this.#pingedAt = undefined;
      return;
    }
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt >= pingTimeoutMs) this.socket.destroy();
    } else if (now - this.#heardFromAt >= pingAfterMs) {
      this.#pingedAt = now;
      if (this.session !== undefined) ping(this.session, () => undefined);
    }
  }
}

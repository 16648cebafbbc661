import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { callerOf } from './caller.ts';
import type { TabledConnection } from './connection-table.ts';
import { ping } from './ping.ts';

/** A client's connection. */
export class Connection implements TabledConnection {
  readonly caller: string;
  readonly socket: Socket;
  readonly openedAt: number;
  /** Somewhere in 0 to 1: where between the shortest and the longest age it ends. */
  readonly agePart = Math.random();
  /** Once it has turned out to be HTTP/2. */
  session: ServerHttp2Session | undefined;
  #bytesRead = 0;
  #heardFromAt: number;
  #pingedAt: number | undefined;

  constructor(socket: Socket, now: number) {
    this.socket = socket;
    this.caller = callerOf(socket.remoteAddress);
    this.openedAt = now;
    this.#heardFromAt = now;
  }

  /** Ends it, after what is in flight on an HTTP/2 session. */
  close(): void {
    if (this.session === undefined) this.socket.destroy();
    else this.session.close();
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

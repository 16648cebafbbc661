import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type Http2Session } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { settlesWithin } from '@vigie/service-kit/async';
import { callerOf } from './caller.ts';
import { detectHttpVersion } from './preface.ts';

/**
 * HTTP/2 requests come through Node's compatibility API, which looks like that of HTTP/1.
 *
 * @param caller whose share of the limits the request counts against
 */
export type RequestListener = (request: IncomingMessage, response: ServerResponse, caller: string) => void;

export interface HttpListenerOptions {
  readonly listener: RequestListener;
  /**
   * How long connections are still accepted after closing has begun: in that time load balancers notice that the
   * gateway isn't ready, and clients with kept connections are asked to open others. Connections that are still silent
   * then have as long again to send a request. Both are part of the grace period.
   */
  readonly lameDuckMs: number;
  /** How long requests may go on after closing has begun. */
  readonly shutdownGraceMs: number;
}

/** A burst of clients that all connect at once waits in this queue of the kernel instead of being refused. */
const BACKLOG = 4096;
/** Longer than usual load balancers keep an idle connection (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const MAX_STREAMS_OF_A_CONNECTION = 1_000;

/** Listens on one port for HTTP/1.1 and cleartext HTTP/2. */
export class HttpListener implements AsyncDisposable {
  readonly #lameDuckMs: number;
  readonly #shutdownGraceMs: number;
  readonly #tcp: TcpServer;
  readonly #http1: Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  /** Sockets whose client has not sent anything yet. */
  readonly #silentSockets = new Set<Socket>();
  readonly #sessions = new Set<Http2Session>();
  readonly #http1Responses = new Set<ServerResponse>();
  /** `leaving`: still serves, and asks its clients to connect elsewhere. */
  #state: 'open' | 'leaving' | 'closed' = 'open';
  readonly #lastSocketClosed = Promise.withResolvers<void>();

  constructor({ listener, lameDuckMs, shutdownGraceMs }: HttpListenerOptions) {
    this.#lameDuckMs = lameDuckMs;
    this.#shutdownGraceMs = shutdownGraceMs;
    this.#http1 = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.#followHttp1(request, response);
      listener(request, response, callerOf(request.socket.remoteAddress));
    });
    this.#http2 = createHttp2Server({ settings: { maxConcurrentStreams: MAX_STREAMS_OF_A_CONNECTION } }, ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => listener(request, response, callerOf(request.socket.remoteAddress))) as never);
    this.#http2.on('session', session => {
      this.#sessions.add(session);
      if (this.#state === 'closed') session.close();
      session.once('close', () => this.#sessions.delete(session));
    });
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true };
    this.#tcp = createTcpServer(options, socket => this.#admit(socket));
  }

  /** Resolves with the bound port. */
  async listen(host: string, port: number): Promise<number> {
    this.#tcp.listen({ host, port, backlog: BACKLOG });
    await once(this.#tcp, 'listening');
    // Connections are handed to it one by one; only this event starts its timeouts of slow and idle connections.
    this.#http1.emit('listening');
    return (this.#tcp.address() as AddressInfo).port;
  }

  /**
   * Asks clients to connect elsewhere (`connection: close`, GOAWAY), then accepts no more connections, lets requests in
   * flight finish within the grace period, and cuts the rest.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, this.#shutdownGraceMs);
    this.#state = 'leaving';
    for (const response of this.#http1Responses) response.shouldKeepAlive = false;
    for (const session of this.#sessions) session.close();
    if (this.#lameDuckMs > 0 && this.#sockets.size > 0)
      await settlesWithin(this.#lastSocketClosed.promise, this.#lameDuckMs);
    // Directly after the event loop has read: closing resets connections that it has not accepted or not read from.
    await setImmediate();
    this.#state = 'closed';
    const closed = new Promise<void>(resolve => this.#tcp.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    // A client that has just connected is about to send its request.
    const silence = setTimeout(() => {
      for (const socket of this.#silentSockets) socket.destroy();
    }, this.#lameDuckMs);
    this.#http1.closeIdleConnections();
    this.#http1.close();
    await closed;
    clearTimeout(silence);
    clearTimeout(grace);
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    this.#silentSockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#silentSockets.delete(socket);
      if (this.#state === 'leaving' && this.#sockets.size === 0) this.#lastSocketClosed.resolve();
    });
    detectHttpVersion(socket, version => {
      this.#silentSockets.delete(socket);
      const server = version === 'http1' ? this.#http1 : this.#http2;
      server.emit('connection', socket);
    });
  }

  #followHttp1(request: IncomingMessage, response: ServerResponse): void {
    if (this.#state !== 'open') response.shouldKeepAlive = false;
    this.#http1Responses.add(response);
    response.once('close', () => {
      this.#http1Responses.delete(response);
      // Its headers may have announced a kept connection, and until the state is `closed` that holds.
      if (this.#state === 'closed') request.socket.destroySoon();
    });
  }
}

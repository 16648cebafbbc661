import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { settlesWithin } from '../async/settles-within.ts';
import { answerClientError } from './client-error.ts';
import { Connection, type Peer } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { HeaderGuardedSocket } from './header-guard/header-guarded-socket.ts';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from './listener-limits.ts';
import { peek } from './peek.ts';
import { type HttpVersion, httpVersionOf } from './preface.ts';
import { ResetBudget } from './reset-budget.ts';
import { type KeyPair, TlsAcceptor } from './tls/tls-acceptor.ts';

/**
 * HTTP/2 requests come through Node's compatibility API, which looks like that of HTTP/1.
 *
 * @param caller whose share of the limits the request counts against, unless a proxy calls for somebody else
 */
export type RequestListener = (request: IncomingMessage, response: ServerResponse, caller: string, peer: Peer) => void;

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
  readonly limits?: Partial<ListenerLimits>;
  /** With it the port speaks TLS alone. */
  readonly keyPair?: KeyPair | undefined;
  /** Whether an address is that of a proxy, which may have any number of connections. None is by default. */
  readonly isProxy?: (address: string) => boolean;
}

/** A burst of clients that all connect at once waits in this queue of the kernel instead of being refused. */
const BACKLOG = 4096;
/** Longer than usual load balancers keep an idle connection (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
/** How soon the kernel looks whether the client's machine is still there; the default is two hours. */
const TCP_KEEP_ALIVE_MS = 30_000;
/** Requests of an HTTP/1.1 connection that wait to be answered. Hardly any client sends one before the last answer. */
const MAX_PIPELINED = 100;
const MAX_SWEEP_MS = 5_000;
/** Of answers that a connection still has to send. A proxy may bring the calls of many clients over one connection. */
const MAX_SESSION_MEMORY_MB = 64;

/** Listens on one port for HTTP/1.1 and HTTP/2, both over TLS or both in cleartext. */
export class HttpListener implements AsyncDisposable {
  readonly #lameDuckMs: number;
  readonly #shutdownGraceMs: number;
  readonly #tcp: TcpServer;
  readonly #tls: TlsAcceptor | undefined;
  readonly #http1: Server;
  readonly #http2: Http2Server;
  readonly #limits: ListenerLimits;
  readonly #isProxy: ((address: string) => boolean) | undefined;
  readonly #connections: ConnectionTable<Connection>;
  readonly #ofSocket = new WeakMap<Socket, Connection>();
  /** Connections whose client has asked nothing yet. */
  readonly #silent = new Set<Connection>();
  readonly #ofSession = new WeakMap<ServerHttp2Session, Connection>();
  readonly #http1Responses = new Set<ServerResponse>();
  /** `leaving`: still serves, and asks its clients to connect elsewhere. */
  #state: 'open' | 'leaving' | 'closed' = 'open';
  readonly #lastSocketClosed = Promise.withResolvers<void>();

  #sweepTimer: NodeJS.Timeout | undefined;
  #sweptAt = performance.now();

  constructor({ listener, lameDuckMs, shutdownGraceMs, limits, keyPair, isProxy }: HttpListenerOptions) {
    this.#isProxy = isProxy;
    this.#lameDuckMs = lameDuckMs;
    this.#shutdownGraceMs = shutdownGraceMs;
    this.#limits = { ...DEFAULT_LISTENER_LIMITS, ...limits };
    this.#connections = new ConnectionTable(this.#limits);
    const { maxHeaderBytes, headersTimeoutMs, handshakeTimeoutMs, maxStreamsPerConnection } = this.#limits;
    this.#tls = keyPair && new TlsAcceptor(keyPair, handshakeTimeoutMs);
    const http1Options = {
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_SWEEP_MS, headersTimeoutMs / 2),
      // A body has a time limit of its own; one that is a stream of messages may go on for days.
      requestTimeout: 0,
    };
    this.#http1 = createServer(http1Options, (request, response) => {
      const connection = this.#ofSocket.get(request.socket);
      // Requests that were read with one too many still come once their connection is cut.
      if (connection === undefined || request.socket.destroyed) return;
      if (this.#connections.requestsOf(connection) >= MAX_PIPELINED) {
        request.socket.destroy();
        return;
      }
      this.#followHttp1(connection, request, response);
      listener(request, response, connection.caller, connection);
    });
    this.#http1.on('clientError', (error, socket) => {
      const isAnswering = [...this.#http1Responses].some(each => each.socket === socket && each.headersSent);
      answerClientError(error, socket, isAnswering);
    });
    const http2Options = {
      // Twice what clients are told: it still counts streams that are over for them, for a turn of the event loop.
      settings: { maxConcurrentStreams: 2 * maxStreamsPerConnection, maxHeaderListSize: maxHeaderBytes },
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      // nghttp2's own limit, which ends a connection with INTERNAL_ERROR, comes after ours.
      streamResetBurst: 4 * this.#limits.maxResets,
      streamResetRate: 4 * this.#limits.resetsPerSecond,
    };
    const onHttp2Request = (request: IncomingMessage, response: ServerResponse): void => {
      const { stream } = request as unknown as { readonly stream: ServerHttp2Stream };
      const connection = this.#ofSession.get(stream.session as ServerHttp2Session);
      // Node applies the limit on headers only once the client has acknowledged the settings.
      if (headerBytes(request) > maxHeaderBytes) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      else if (connection !== undefined) listener(request, response, connection.caller, connection);
    };
    this.#http2 = createHttp2Server(http2Options, onHttp2Request as never);
    // Node would answer these by itself, and then keep them for as long as their clients like.
    this.#http2.on('connect', onHttp2Request as never).on('checkExpectation', onHttp2Request as never);
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS };
    this.#tcp = createTcpServer(options, socket => this.#admit(socket));
  }

  /**
   * Replaces the key pair for new connections; those that are open go on.
   *
   * @throws Error if the two don't belong together, or the port doesn't speak TLS
   */
  setKeyPair(keyPair: KeyPair): void {
    if (this.#tls === undefined) throw new Error('This port does not speak TLS.');
    this.#tls.setKeyPair(keyPair);
  }

  /** Resolves with the bound port. */
  async listen(host: string, port: number): Promise<number> {
    this.#tcp.listen({ host, port, backlog: BACKLOG });
    await once(this.#tcp, 'listening');
    // Connections are handed to it one by one; only this event starts its timeouts of slow and idle connections.
    this.#http1.emit('listening');
    const { pingAfterMs, pingTimeoutMs, idleTimeoutMs, maxConnectionAgeMs } = this.#limits;
    const sweepMs = Math.min(MAX_SWEEP_MS, Math.min(pingAfterMs, pingTimeoutMs, idleTimeoutMs, maxConnectionAgeMs) / 2);
    this.#sweepTimer = setInterval(() => this.#sweep(sweepMs), sweepMs).unref();
    return (this.#tcp.address() as AddressInfo).port;
  }

  /**
   * Asks clients to connect elsewhere (`connection: close`, GOAWAY), then accepts no more connections, lets requests in
   * flight finish within the grace period, and cuts the rest.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const grace = setTimeout(() => {
      for (const { socket } of this.#connections) socket.destroy();
    }, this.#shutdownGraceMs);
    this.#state = 'leaving';
    for (const response of this.#http1Responses) response.shouldKeepAlive = false;
    for (const connection of this.#connections) connection.drain();
    if (this.#lameDuckMs > 0 && this.#connections.size > 0)
      await settlesWithin(this.#lastSocketClosed.promise, this.#lameDuckMs);
    // Directly after the event loop has read: closing resets connections that it has not accepted or not read from.
    await setImmediate();
    this.#state = 'closed';
    const closed = new Promise<void>(resolve => this.#tcp.close(() => resolve()));
    for (const connection of this.#connections) connection.drain();
    // A client that has just connected is about to send its request.
    const silence = setTimeout(() => {
      for (const { socket } of this.#silent) socket.destroy();
    }, this.#lameDuckMs);
    this.#http1.closeIdleConnections();
    this.#http1.close();
    await closed;
    clearTimeout(silence);
    clearTimeout(grace);
    clearInterval(this.#sweepTimer);
  }

  #admit(socket: Socket): void {
    const connection = new Connection(socket, performance.now(), this.#isProxy);
    if (!this.#connections.add(connection, performance.now())) {
      socket.destroy();
      return;
    }
    this.#silent.add(connection);
    socket.on('close', () => {
      this.#connections.remove(connection);
      this.#silent.delete(connection);
      if (this.#state === 'leaving' && this.#connections.size === 0) this.#lastSocketClosed.resolve();
    });
    if (this.#tls === undefined) this.#serve(connection);
    else this.#tls.accept(socket, secured => this.#serve(connection, secured));
  }

  /** @param socket what HTTP is spoken over: the connection itself, or TLS over it */
  #serve(connection: Connection, socket: Socket = connection.socket): void {
    connection.socket = socket;
    this.#ofSocket.set(socket, connection);
    peek(socket, httpVersionOf, seen => {
      this.#silent.delete(connection);
      if ((agreedVersion(socket) ?? seen) === 'http1') this.#http1.emit('connection', socket);
      else this.#openSession(connection);
    });
  }

  #openSession(connection: Connection): void {
    this.#http2.once('session', session => {
      connection.session = session;
      this.#followHttp2(connection, session);
    });
    const { maxHeaderBytes, maxStreamsPerConnection: announcedStreams } = this.#limits;
    const frames = new HeaderGuardedSocket(connection.socket, { maxHeaderBytes, announcedStreams });
    connection.frames = frames;
    // Creates the session before it returns.
    this.#http2.emit('connection', frames);
  }

  #followHttp2(connection: Connection, session: ServerHttp2Session): void {
    this.#ofSession.set(session, connection);
    if (this.#state === 'closed') connection.drain();
    const budget = new ResetBudget(this.#limits);
    session.on('stream', stream => {
      this.#connections.begin(connection);
      stream.once('close', () => {
        const now = performance.now();
        this.#connections.end(connection, now);
        if (stream.aborted && budget.spend(now)) session.destroy(constants.NGHTTP2_ENHANCE_YOUR_CALM as never);
      });
    });
  }

  /** Closes connections on which nothing has been asked for long, and looks after clients that are silent. */
  #sweep(intervalMs: number): void {
    const { pingAfterMs, pingTimeoutMs, idleTimeoutMs } = this.#limits;
    const now = performance.now();
    const isLate = now - this.#sweptAt > 2 * intervalMs;
    this.#sweptAt = now;
    // Who was frozen itself has not read yet what came meanwhile.
    if (isLate) return;
    for (const connection of [...this.#connections.idleSince(now - idleTimeoutMs)]) this.#end(connection);
    for (const connection of this.#connections) {
      if (connection.session === undefined) continue;
      if (this.#isOld(connection, now)) connection.drain();
      if (!this.#connections.isIdle(connection)) connection.checkPeer(now, pingAfterMs, pingTimeoutMs);
    }
  }

  #end(connection: Connection): void {
    if (connection.session === undefined) connection.close();
    else connection.drain();
  }

  /** Not all at the same time: connections that were opened together have an age of their own each. */
  #isOld({ openedAt, agePart }: Connection, now: number): boolean {
    return now - openedAt > this.#limits.maxConnectionAgeMs * (0.9 + 0.2 * agePart);
  }

  #followHttp1(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    if (this.#state !== 'open' || this.#isOld(connection, performance.now())) response.shouldKeepAlive = false;
    this.#connections.begin(connection);
    response.on('close', () => this.#connections.end(connection, performance.now()));
    this.#http1Responses.add(response);
    response.on('close', () => {
      this.#http1Responses.delete(response);
      // Its headers may have announced a kept connection, and until the state is `closed` that holds.
      if (this.#state === 'closed') request.socket.destroySoon();
    });
  }
}

/** What client and server have agreed on by ALPN, if they did. */
function agreedVersion(socket: Socket): HttpVersion | undefined {
  const agreed = socket instanceof TLSSocket ? socket.alpnProtocol : false;
  if (agreed === false || agreed === null) return undefined;
  return agreed === 'h2' ? 'http2' : 'http1';
}

function headerBytes({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, 0);
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What a network does to a connection:
 * - `delay`: every piece of data arrives later.
 * - `cut`: connections are reset, and new ones too as soon as they are opened.
 * - `half-open`: connections fall silent for good without being closed, as behind a firewall that has forgotten them;
 *   new ones are accepted and never answered.
 */
export type TcpFault =
  | { readonly kind: 'none' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'half-open' };

const HOST = '127.0.0.1';

/** A proxy between a client and a server that breaks the connections between them on demand. */
export class TcpFaultProxy implements AsyncDisposable {
  /** The server's port. A connection that is opened before the port is known is reset. */
  upstreamPort: number | undefined;
  upstreamHost = HOST;
  readonly #server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, client => this.#accept(client));
  readonly #connections = new Set<Connection>();
  #fault: TcpFault = { kind: 'none' };

  static async start(upstreamPort?: number): Promise<TcpFaultProxy> {
    const proxy = new TcpFaultProxy();
    proxy.upstreamPort = upstreamPort;
    proxy.#server.listen(0, HOST);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get fault(): TcpFault {
    return this.#fault;
  }

  /** Connections that have become silent stay silent when the fault ends; their users have to notice. */
  set fault(fault: TcpFault) {
    this.#fault = fault;
    for (const connection of this.#connections) {
      if (fault.kind === 'cut') connection.reset();
      if (fault.kind === 'half-open') connection.silenced = true;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.reset();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const connection = new Connection(client);
    this.#connections.add(connection);
    client.once('close', () => this.#connections.delete(connection));
    if (this.#fault.kind === 'cut' || this.upstreamPort === undefined) connection.reset();
    else if (this.#fault.kind === 'half-open') connection.silenced = true;
    else {
      const upstream = connect({ host: this.upstreamHost, port: this.upstreamPort, allowHalfOpen: true });
      connection.join(upstream, () => this.#delayMs());
    }
  }

  #delayMs(): number {
    return this.#fault.kind === 'delay' ? this.#fault.delayMs : 0;
  }
}

class Connection {
  silenced = false;
  readonly #sockets: Socket[];

  constructor(client: Socket) {
    this.#sockets = [client];
    client.setNoDelay();
    // The pipelines, if there are any, report it.
    client.on('error', () => {});
  }

  join(upstream: Socket, delayMs: () => number): void {
    const [client] = this.#sockets as [Socket];
    this.#sockets.push(upstream);
    upstream.setNoDelay();
    const held = (source: AsyncIterable<Uint8Array>) => this.#hold(source, delayMs);
    for (const way of [pipeline(client, held, upstream), pipeline(upstream, held, client)]) {
      way.catch(() => this.reset());
    }
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async *#hold(source: AsyncIterable<Uint8Array>, delayMs: () => number): AsyncIterable<Uint8Array> {
    for await (const piece of source) {
      const pauseMs = delayMs();
      if (pauseMs > 0) await delay(pauseMs);
      if (this.silenced) await silence();
      yield piece;
    }
    // The other side does not learn either that this one has closed.
    if (this.silenced) await silence();
  }
}

function silence(): Promise<never> {
  return new Promise(() => {});
}

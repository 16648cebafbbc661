import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Of the range asked for; `end` is inclusive, as on the wire. */
  readonly begin: number;
  readonly end: number;
  /** Distinguishes connections. */
  readonly remotePort: number | undefined;
}

export type Behaviour = (request: SeenRequest, response: ServerResponse, number: number) => void;

/** A real HTTP server that behaves as a test says. */
export class LyingVideoServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  behave: Behaviour = (_, response) => response.writeHead(404).end();
  readonly #server = createServer((message, response) => this.#answer(message, response));

  static async start(): Promise<LyingVideoServer> {
    const server = new LyingVideoServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(message: IncomingMessage, response: ServerResponse): void {
    const [, begin = '0', end = '0'] = /^bytes=(\d+)-(\d+)$/.exec(message.headers.range ?? '') ?? [];
    const request: SeenRequest = {
      path: message.url ?? '',
      headers: message.headers,
      begin: Number(begin),
      end: Number(end),
      remotePort: message.socket.remotePort,
    };
    this.requests.push(request);
    this.behave(request, response, this.requests.length);
  }
}

/** Answers a range of the file as it should be, with these headers on top. */
export function sendRange(
  { begin, end }: SeenRequest,
  response: ServerResponse,
  file: Uint8Array,
  headers: Record<string, string> = {},
): void {
  const part = file.subarray(begin, end + 1);
  const contentRange = `bytes ${begin}-${begin + part.length - 1}/${file.length}`;
  response.writeHead(206, { 'content-range': contentRange, 'content-length': part.length, ...headers }).end(part);
}

/** Sends what it can of an endless body. Resolves to how many bytes that were once the connection is closed. */
export function sendEndlessly(response: ServerResponse, piece: Uint8Array): Promise<number> {
  let sentBytes = 0;
  const send = (): void => {
    while (!response.destroyed) {
      sentBytes += piece.length;
      if (!response.write(piece)) return;
    }
  };
  response.on('drain', send);
  send();
  return once(response, 'close').then(() => sentBytes);
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** What is said in place of the gateway's answer; `after` has the gateway carry the request out before. */
export interface Lie {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly after?: boolean;
}

/** A real server that tells the next requests the lies it is given, and passes all others on to a gateway. */
export class LyingGateway implements AsyncDisposable {
  readonly lies: Lie[] = [];
  /** How long a request waits before it is passed on. */
  delayMs = 0;
  /** The path and the headers of each request. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly at: number }[] =
    [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #target: string;

  private constructor(target: string) {
    this.#target = target;
  }

  /** @param target the URL of a gateway */
  static async start(target: string): Promise<LyingGateway> {
    const gateway = new LyingGateway(target);
    await once(gateway.#server.listen(0, '127.0.0.1'), 'listening');
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '/', headers } = request;
    this.requests.push({ path, headers, at: performance.now() });
    const body = new Uint8Array(await buffer(request));
    const lie = this.lies.shift();
    await setTimeout(this.delayMs);
    if (response.destroyed) return;
    if (lie === undefined || lie.after) {
      const answer = await fetch(`${this.#target}${path}`, { method: 'POST', headers: sent(headers), body });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (lie === undefined) {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(bytes);
        return;
      }
    }
    response.writeHead(lie.status, lie.headers ?? {}).end(lie.body);
  }
}

/** Without those of the connection. */
function sent(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^(host|connection|content-length|transfer-)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

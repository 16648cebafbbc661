import { once } from 'node:events';
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { ConnectError } from '@connectrpc/connect';
import { COMPRESSED_FLAG, encodeEnvelope } from '../../limits/read-envelopes.ts';
import { toTrailer } from '../grpc-status.ts';
import { compressAnswer } from './compress-answer.ts';

type Fields = Readonly<Record<string, string>>;

const HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': 'identity,gzip,br',
};

/** The response of a call: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
export class GrpcResponse {
  /** Sent with the others, or with the error in their place. */
  readonly header = new Headers();
  readonly #compresses: boolean;
  readonly #stream: ServerHttp2Stream;
  readonly #response: Http2ServerResponse;
  #isEnded = false;

  /** @param compresses whether the client reads gzip */
  constructor(response: Http2ServerResponse, compresses: boolean) {
    const { stream } = response;
    this.#compresses = compresses;
    this.#stream = stream;
    this.#response = response;
    // That it closes is what counts.
    stream.on('error', () => undefined);
  }

  /** Sends the headers, unless they have been sent. */
  sendHeaders(header: Headers = new Headers()): void {
    if (this.#stream.headersSent || this.#isOver) return;
    const encoding = this.#compresses ? { 'grpc-encoding': 'gzip' } : {};
    const fields = { ...HEADERS, ...encoding, ...toFields(this.header), ...toFields(header) };
    this.#stream.respond(fields, { waitForTrailers: true });
  }

  /**
   * Resolves once there is room for more.
   *
   * @param signal aborts when the client is gone or wants no more
   */
  async send(message: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.sendHeaders();
    const compressed = this.#compresses ? await compressAnswer(message) : undefined;
    const envelope =
      compressed === undefined ? encodeEnvelope(0, message) : encodeEnvelope(COMPRESSED_FLAG, compressed);
    if (this.#isOver || this.#stream.write(envelope)) return;
    await once(this.#stream, 'drain', { signal });
  }

  end(trailer: Headers): void {
    this.sendHeaders();
    this.#end({ ...toFields(trailer), 'grpc-status': '0' });
  }

  fail(error: ConnectError): void {
    const trailer = toFields(toTrailer(error));
    if (this.#stream.headersSent) {
      this.#end(trailer);
    } else if (!this.#isOver) {
      this.#isEnded = true;
      this.#stream.respond({ ...HEADERS, ...toFields(this.header), ...trailer }, { endStream: true });
    }
  }

  #end(trailer: Fields): void {
    if (this.#isOver) return;
    this.#isEnded = true;
    // Sent once the stream wants them.
    this.#response.addTrailers(trailer);
    this.#stream.end();
  }

  get #isOver(): boolean {
    return this.#isEnded || this.#stream.destroyed || this.#stream.closed;
  }
}

function toFields(headers: Headers): Fields {
  return Object.fromEntries(headers);
}

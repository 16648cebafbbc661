import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { HttpListener } from './http-listener.ts';

const [HEADERS, SETTINGS, PING, GOAWAY] = [1, 4, 6, 7];
const ACK = 1;
const END = 0b101;
/** By the static table of HPACK: GET, http, the path /, the authority x. */
const GET_ROOT = Buffer.from('828684410178', 'hex');

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** A client of HTTP/2 that does nothing by itself. */
class RawClient {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #received = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#chunks = this.#socket[Symbol.asyncIterator]();
    this.#socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.send(SETTINGS);
  }

  send(type: number, flags = 0, payload: Buffer = Buffer.alloc(0), stream = 0): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.byteLength, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  /** Resolves once the server has closed the connection. */
  async end(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  /** The next frame of that type; those before it are dropped. */
  async next(wanted: number): Promise<Frame> {
    while (true) {
      const sizeBytes = this.#received.byteLength < 9 ? 9 : 9 + this.#received.readUIntBE(0, 3);
      if (this.#received.byteLength < sizeBytes) {
        const { done, value } = await this.#chunks.next();
        if (done) throw new Error(`the connection has ended without a frame of type ${wanted}`);
        this.#received = Buffer.concat([this.#received, value]);
        continue;
      }
      const frame = this.#received.subarray(0, sizeBytes);
      this.#received = this.#received.subarray(sizeBytes);
      const type = frame.readUInt8(3);
      if (type === wanted) return { type, flags: frame.readUInt8(4), payload: frame.subarray(9) };
    }
  }
}

describe('an HTTP/2 connection that a listener drains', () => {
  it('is told so first, serves what its client sent before it knew, and then ends', async () => {
    const listener = new HttpListener({
      listener: (_request, response) => response.end('served'),
      lameDuckMs: 0,
      shutdownGraceMs: 60_000,
    });
    const client = new RawClient(await listener.listen('127.0.0.1', 0));
    await client.next(SETTINGS);
    const closed = listener[Symbol.asyncDispose]();

    const notice = await client.next(GOAWAY);
    expect(notice.payload.toString('hex')).to.equal('7fffffff00000000');
    const { payload } = await client.next(PING);
    client.send(HEADERS, END, GET_ROOT, 1);
    await client.next(HEADERS);
    client.send(PING, ACK, payload);
    const last = await client.next(GOAWAY);
    expect(last.payload.toString('hex')).to.equal('0000000100000000');
    await client.end();
    await closed;
  });

  it('ends also if its client answers nothing', async () => {
    const listener = new HttpListener({
      listener: (_request, response) => response.end(),
      lameDuckMs: 0,
      shutdownGraceMs: 60_000,
    });
    const client = new RawClient(await listener.listen('127.0.0.1', 0));
    await client.next(SETTINGS);
    const closed = listener[Symbol.asyncDispose]();
    await client.next(GOAWAY);
    await client.next(GOAWAY);
    await client.end();
    await closed;
  });
});

import { randomBytes } from 'node:crypto';
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeaderBlockFilter } from './header-block-filter.ts';
import { HeaderGuardedSocket } from './header-guarded-socket.ts';

const KIB = 1024;
const MAX_HEADER_BYTES = 16 * KIB;
const GUARD = { maxHeaderBytes: MAX_HEADER_BYTES, announcedStreams: 100 };

/** A server that answers with the headers of the request. */
async function openServer() {
  const settings = { maxHeaderListSize: MAX_HEADER_BYTES, maxConcurrentStreams: 200 };
  const http2 = createServer({ settings }, (request, response) => {
    response.end(JSON.stringify(request.headers));
  });
  const tcp = createTcpServer({ allowHalfOpen: true, noDelay: true }, socket => {
    http2.emit('connection', new HeaderGuardedSocket(socket, GUARD));
  });
  await new Promise<void>(resolve => tcp.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(tcp.address() as AddressInfo).port}`, {
    maxSendHeaderBlockLength: 1024 * KIB,
  });
  // It may be ended while it is still sending.
  session.on('error', () => {});
  return {
    session,
    async [Symbol.asyncDispose]() {
      session.destroy();
      await new Promise(resolve => tcp.close(resolve));
    },
  };
}

/** The headers that the server saw, or the code with which it reset the stream. */
async function ask(session: ClientHttp2Session, headers: IncomingHttpHeaders): Promise<IncomingHttpHeaders | number> {
  const stream = session.request({ ':path': '/', ...headers });
  let text = '';
  try {
    for await (const chunk of stream) text += chunk;
  } catch {
    return stream.rstCode ?? -1;
  }
  return stream.rstCode === 0 ? (JSON.parse(text) as IncomingHttpHeaders) : (stream.rstCode ?? -1);
}

/** Text that HPACK's Huffman code makes no shorter than three quarters. */
const incompressible = (bytes: number) => randomBytes(bytes).toString('base64').slice(0, bytes);

const ENHANCE_YOUR_CALM = 11;

const frame = (type: number, flags: number, streamId: number, payload: Buffer) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
};
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

describe('HeaderGuardedSocket', () => {
  it('lets headers of any size cost their own call, and not the connection', async () => {
    await using server = await openServer();
    const { session } = server;
    // From then on the server's settings hold.
    await ask(session, {});
    for (const kib of [17, 70, 100, 200]) {
      const asides = Array.from({ length: 3 }, (_, index) => ask(session, { 'x-aside': `${index}` }));
      const big = incompressible(kib * KIB);
      expect(await ask(session, { 'x-big': big }), `${kib} KiB`).to.equal(ENHANCE_YOUR_CALM);
      expect(await ask(session, { 'x-1': big, 'x-2': big, 'x-3': big })).to.equal(ENHANCE_YOUR_CALM);
      const name = big.toLowerCase().replace(/[^a-z]/g, '-');
      expect(await ask(session, { [name]: 'v' }), `${kib} KiB of name`).to.equal(ENHANCE_YOUR_CALM);
      expect(await Promise.all(asides)).to.have.lengthOf(3);
    }
    expect(session.destroyed).to.equal(false);
  });

  it('leaves a header that is too long longer than allowed, also before the client has acknowledged the settings', async () => {
    await using server = await openServer();
    const seen = await ask(server.session, { 'x-big': incompressible(100 * KIB) });
    expect(seen)
      .to.have.property('x-big')
      .with.lengthOf(MAX_HEADER_BYTES + 1);
  });

  it('keeps the tables of both sides equal', async () => {
    await using server = await openServer();
    const { session } = server;
    const common = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-common-${index}`, `v${index}`]));
    for (let round = 0; round < 5; round++) {
      expect(await ask(session, common)).to.include(common);
      expect(await ask(session, { ...common, 'x-big': incompressible(90 * KIB) })).to.equal(ENHANCE_YOUR_CALM);
      expect(await ask(session, { ...common, 'x-round': `${round}` })).to.include({ ...common, 'x-round': `${round}` });
    }
  });

  it('passes headers and bodies of several frames as they are', async () => {
    await using server = await openServer();
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x-${index}`, incompressible(200)]));
    expect(await ask(server.session, many)).to.include(many);
    const stream = server.session.request({ ':method': 'POST', ':path': '/', ...many });
    stream.end(Buffer.alloc(300 * KIB));
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(JSON.parse(text)).to.include(many);
  });

  it('ends a connection that sends a block of headers without end', async () => {
    await using server = await openServer();
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, incompressible(8 * KIB)]));
    expect(await ask(server.session, many)).not.to.be.an('object');
  });

  it('ends a connection on which a block of headers takes too long', async () => {
    const server = createTcpServer(socket => {
      const guarded = new HeaderGuardedSocket(socket, { ...GUARD, blockTimeoutMs: 100 });
      guarded.resume().on('error', () => {});
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    client.write(Buffer.concat([preface, frame(1, 0, 1, Buffer.of(0x82))]));
    await new Promise(resolve => client.on('error', () => {}).once('close', resolve));
    server.close();
  });
});

describe('HeaderBlockFilter', () => {
  it('gives the same bytes however they are split', () => {
    const field = Buffer.concat([Buffer.of(0x00, 1, 0x61, 0x7f, 0x81, 0x1f), Buffer.alloc(0x7f + 1 + 31 * 128, 'v')]);
    const short = Buffer.of(0x82, 0x10, 1, 0x62, 0);
    const sent = Buffer.concat([
      preface,
      frame(4, 0, 0, Buffer.alloc(6)),
      // Padded, with a priority, and the end of its stream.
      frame(1, 0x29, 1, Buffer.concat([Buffer.of(3, 0, 0, 0, 0, 9), field.subarray(0, 1000), Buffer.alloc(3)])),
      frame(9, 0, 1, field.subarray(1000, 1001)),
      frame(9, 0, 1, Buffer.alloc(0)),
      frame(9, 4, 1, Buffer.concat([field.subarray(1001), short])),
      frame(1, 5, 3, short),
      frame(0, 1, 3, Buffer.alloc(100)),
    ]);
    const wanted = Buffer.concat([
      preface,
      frame(4, 0, 0, Buffer.alloc(6)),
      frame(1, 5, 1, Buffer.concat([field, short])),
      frame(1, 5, 3, short),
      frame(0, 1, 3, Buffer.alloc(100)),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(sent.byteLength), { maxLength: 20 }), cuts => {
        const filter = new HeaderBlockFilter(MAX_HEADER_BYTES);
        const ends = [...cuts, sent.byteLength].sort((a, b) => a - b);
        let start = 0;
        const received = ends.flatMap(end => {
          const passed = filter.filter(sent.subarray(start, end));
          start = end;
          return passed;
        });
        expect(Buffer.concat(received).equals(wanted)).to.equal(true);
      }),
    );
  });

  it('refuses a block of frames without end, interrupted, that ends in the middle, or with more padding than bytes', () => {
    const begin = frame(1, 0, 1, Buffer.of(0x82));
    for (const wrong of [
      [begin, ...Array<Buffer>(64).fill(frame(9, 0, 1, Buffer.alloc(0)))],
      [begin, frame(0, 0, 1, Buffer.alloc(3))],
      [begin, frame(9, 4, 3, Buffer.of(0x82))],
      [begin, frame(9, 4, 1, Buffer.of(0x00, 5))],
      [frame(1, 8, 1, Buffer.of(9, 0))],
      [frame(1, 0, 1, Buffer.of(0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff))],
    ]) {
      const filter = new HeaderBlockFilter(MAX_HEADER_BYTES);
      expect(() => filter.filter(Buffer.concat([preface, ...wrong]))).to.throw();
    }
  });
});

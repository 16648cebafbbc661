import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { MediaChangedError, type MediaReader, MediaSourceError } from '../media-source.ts';
import { ReadBudgetExceededError } from '../read-budget.ts';
import { ReadMeter } from '../read-meter.ts';
import { type Behaviour, LyingVideoServer, sendEndlessly, sendRange } from '../testing/lying-video-server.ts';
import { HttpMediaSource } from './http-media-source.ts';

const file = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 13 + (i >> 8)) & 0xff);
const first = { offset: 0, lengthBytes: 32_768 };
const PLENTY = 10_000_000;
/** undici's clock for these ticks about once a second. */
const READ_TIMEOUT_MS = 100;

describe('HttpMediaSource', () => {
  let server: LyingVideoServer;
  let source: HttpMediaSource;
  /** Requests by status. */
  let counted: Record<string, number>;
  let meter: ReadMeter;
  let stop: AbortController;

  beforeEach(async () => {
    server = await LyingVideoServer.start();
    counted = {};
    source = sourceAt(server.url);
    meter = new ReadMeter();
    stop = new AbortController();
  });
  afterEach(async () => {
    await source[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const count = (status: number | 'broken') => {
    counted[status] = (counted[status] ?? 0) + 1;
  };

  const sourceAt = (url: string) =>
    new HttpMediaSource({
      url,
      maxConnections: 1,
      readTimeoutMs: READ_TIMEOUT_MS,
      metrics: { countRequest: status => count(status) },
    });

  const open = (video = '/videos/a.mp4'): MediaReader => source.open(video, { meter, signal: stop.signal });

  const readFirst = (behave: Behaviour, maxBytes = PLENTY) => {
    server.behave = behave;
    return open().read(first, maxBytes);
  };

  async function errorOf(read: Promise<unknown>): Promise<Error> {
    try {
      await read;
    } catch (error) {
      return error as Error;
    }
    throw new Error('the read succeeded');
  }

  async function unreachableFrom(read: Promise<unknown>): Promise<MediaSourceError> {
    const error = await errorOf(read);
    expect(error).to.be.instanceOf(MediaSourceError);
    expect(error).to.have.property('reason', 'UNREACHABLE');
    return error as MediaSourceError;
  }

  const expectPart = (bytes: Uint8Array, offset: number, lengthBytes: number) =>
    expect(Buffer.compare(bytes, file.subarray(offset, offset + lengthBytes))).to.equal(0);

  describe('with a correct server', () => {
    it('asks for exactly the range, unencoded, and keeps the connection', async () => {
      server.behave = (request, response) => sendRange(request, response, file);
      const reader = open('/videos/my clip.mp4');
      await reader.read(first, PLENTY);
      expectPart((await reader.read({ offset: 200_000, lengthBytes: 500 }, PLENTY)).bytes, 200_000, 500);
      expect(server.requests.map(({ headers }) => headers.range)).to.deep.equal([
        'bytes=0-32767',
        'bytes=200000-200499',
      ]);
      expect(server.requests[0]?.headers['accept-encoding']).to.equal('identity');
      expect(server.requests[0]?.path).to.equal('/videos/my%20clip.mp4');
      expect(server.requests[0]?.remotePort).to.equal(server.requests[1]?.remotePort);
    });

    it('puts the path of its own address before every video', async () => {
      await using behind = sourceAt(`${server.url}/archive/`);
      server.behave = (request, response) => sendRange(request, response, file);
      await behind.open('/a.mp4', { meter, signal: stop.signal }).read(first, PLENTY);
      expect(server.requests[0]?.path).to.equal('/archive/a.mp4');
    });

    it('takes a file of unknown size', async () => {
      const slice = await readFirst((request, response) =>
        sendRange(request, response, file, { 'content-range': 'bytes 0-32767/*' }),
      );
      expect(slice.sizeBytes).to.equal(null);
      expectPart(slice.bytes, 0, 32_768);
    });

    it('takes a part that is shorter than the one asked for', async () => {
      const slice = await readFirst((request, response) => sendRange({ ...request, end: 999 }, response, file));
      expect(slice).to.include({ sizeBytes: 300_000, costBytes: 1_000 });
    });

    it('counts requests by status', async () => {
      await readFirst((request, response) => sendRange(request, response, file));
      await errorOf(readFirst((_, response) => response.writeHead(404).end()));
      await errorOf(readFirst((_, response) => response.destroy()));
      expect(counted).to.deep.equal({ '206': 1, '404': 1, broken: 3 });
    });
  });

  describe('with a server that ignores ranges', () => {
    it('takes what it needs and leaves the rest unread', async () => {
      let sending: Promise<number> | undefined;
      const slice = await readFirst((_, response) => {
        response.writeHead(200, { 'content-length': 900_000_000 });
        sending = sendEndlessly(response, file);
      });
      expectPart(slice.bytes, 0, 32_768);
      expect(slice.sizeBytes).to.equal(900_000_000);
      expect(await sending).to.be.below(900_000_000);
      expect(meter.bytesRead).to.be.below(1_000_000);
    });

    it('reads through to a later range', async () => {
      server.behave = (_, response) => response.writeHead(200, { 'content-length': file.length }).end(file);
      const slice = await open().read({ offset: 150_000, lengthBytes: 10_000 }, PLENTY);
      expectPart(slice.bytes, 150_000, 10_000);
      expect(slice.costBytes).to.be.at.least(160_000);
      expect(slice.sizeBytes).to.equal(300_000);
    });

    it('does not begin to read through to a range that lies too far', async () => {
      server.behave = (_, response) => response.writeHead(200, { 'content-length': file.length }).end(file);
      const error = await errorOf(open().read({ offset: 150_000, lengthBytes: 10 }, 150_000));
      expect(error).to.be.instanceOf(ReadBudgetExceededError);
      expect(error.message).to.contain('ignores ranges');
      expect(meter.bytesRead).to.equal(0);
    });

    it('learns the size from the end of a body that was not announced', async () => {
      const slice = await readFirst((_, response) => response.writeHead(200).end(file.subarray(0, 5_000)));
      expect(slice.sizeBytes).to.equal(5_000);
      expect(slice.bytes.length).to.equal(5_000);
    });

    it('keeps the connection when the file was short', async () => {
      server.behave = (_, response) => response.writeHead(200, { 'content-length': 100 }).end(file.subarray(0, 100));
      const reader = open();
      await reader.read(first, PLENTY);
      await reader.read(first, PLENTY);
      expect(server.requests[0]?.remotePort).to.equal(server.requests[1]?.remotePort);
    });
  });

  describe('with a server that has no such range', () => {
    for (const [what, headers] of [
      ['with the size', { 'content-range': 'bytes */0' }],
      ['without the size', {}],
    ] as const) {
      it(`takes 416 for byte 0 as an empty file, ${what}`, async () => {
        const slice = await readFirst((_, response) => response.writeHead(416, headers).end('no such range'));
        expect([slice.bytes.length, slice.sizeBytes]).to.deep.equal([0, 0]);
      });
    }

    it('does not believe that a file with bytes has no byte 0', async () => {
      const headers = { 'content-range': 'bytes */500' };
      await unreachableFrom(readFirst((_, response) => response.writeHead(416, headers).end()));
    });

    it('takes 416 after the first range as a file that was replaced by a shorter one', async () => {
      server.behave = (request, response) =>
        request.begin === 0
          ? sendRange(request, response, file)
          : response.writeHead(416, { 'content-range': 'bytes */50000' }).end();
      const reader = open();
      await reader.read(first, PLENTY);
      expect(await errorOf(reader.read({ offset: 60_000, lengthBytes: 1 }, PLENTY))).to.be.instanceOf(
        MediaChangedError,
      );
    });
  });

  describe('with a server that has no such file', () => {
    for (const status of [404, 410]) {
      it(`says so for ${status}, and keeps the connection`, async () => {
        server.behave = (_, response) => response.writeHead(status).end('<html>'.repeat(100));
        for (let i = 0; i < 2; i++) {
          expect(await errorOf(open().read(first, PLENTY))).to.include({ reason: 'NOT_FOUND' });
        }
        expect(server.requests.length).to.equal(2);
        expect(server.requests[0]?.remotePort).to.equal(server.requests[1]?.remotePort);
        expect(meter.bytesRead).to.equal(0);
      });
    }
  });

  describe('with a server that fails', () => {
    const failures: [string, Behaviour][] = [
      ['answers 500', (_, response) => response.writeHead(500).end()],
      ['closes the connection', (_, response) => response.destroy()],
      [
        'cuts the body',
        (request, response) => {
          const length = request.end - request.begin + 1;
          response.writeHead(206, { 'content-range': `bytes 0-${request.end}/300000`, 'content-length': length });
          response.write(file.subarray(0, 10_000), () => response.destroy());
        },
      ],
      [
        'ends the body too early',
        (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-32767/300000' }).end(file.subarray(0, 9)),
      ],
    ];
    for (const [what, fail] of failures) {
      it(`asks again at once when it ${what}`, async () => {
        const slice = await readFirst((request, response, number) =>
          number < 2 ? fail(request, response, number) : sendRange(request, response, file),
        );
        expectPart(slice.bytes, 0, 32_768);
        expect(meter.requests).to.equal(2);
      });

      it(`reports the video as unreachable when it always ${what}`, async () => {
        const error = await unreachableFrom(readFirst(fail));
        expect(error.message).to.match(/^the video server /);
        expect(server.requests.length).to.equal(3);
      });
    }

    const timeouts: [string, Behaviour][] = [
      ['never answers', () => {}],
      [
        'stops half-way',
        (_, response) =>
          response.writeHead(206, { 'content-range': 'bytes 0-32767/300000' }).write(file.subarray(0, 9)),
      ],
    ];
    for (const [what, fail] of timeouts) {
      it(`reports a timeout, and does not ask again, when it ${what}`, async () => {
        const error = await unreachableFrom(readFirst(fail));
        expect(error.timedOut).to.equal(true);
        expect(server.requests.length).to.equal(1);
      });
    }

    it('counts what was received before a body was cut', async () => {
      await readFirst((request, response, number) => {
        if (number > 1) return sendRange(request, response, file);
        response.writeHead(206, { 'content-range': 'bytes 0-32767/300000', 'content-length': 32_768 });
        response.write(file.subarray(0, 10_000), () => response.destroy());
      });
      expect(meter.bytesRead).to.be.within(32_769, 42_768);
    });

    it('reports a server that refuses connections', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port } = closed.address() as AddressInfo;
      closed.close();
      await once(closed, 'close');
      await using nowhere = sourceAt(`http://127.0.0.1:${port}`);
      const reading = nowhere.open('/a.mp4', { meter, signal: stop.signal }).read(first, PLENTY);
      expect((await unreachableFrom(reading)).message).to.equal('the video server refuses connections');
    });

    for (const status of [401, 403, 400, 451]) {
      it(`does not repeat a request that was answered ${status}, which a person has to repair`, async () => {
        const error = await unreachableFrom(readFirst((_, response) => response.writeHead(status).end()));
        expect(error.message).to.contain(String(status));
        expect(server.requests.length).to.equal(1);
      });
    }

    for (const status of [429, 503]) {
      it(`passes on when a server with ${status} asks to be called again`, async () => {
        const error = await unreachableFrom(
          readFirst((_, response) => response.writeHead(status, { 'retry-after': '120' }).end()),
        );
        expect(error.retryAfterMs).to.equal(120_000);
        expect(server.requests.length).to.equal(1);
      });
    }

    it('does not wait for ever for a server that sends byte by byte', async () => {
      const reading = readFirst((request, response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-32767/300000', 'content-length': 32_768 });
        const drip = setInterval(() => response.write('.'), READ_TIMEOUT_MS / 5);
        response.on('close', () => clearInterval(drip));
        setTimeout(() => stop.abort(new Error('the deadline')), READ_TIMEOUT_MS * 3).unref();
        expect(request.begin).to.equal(0);
      });
      expect((await errorOf(reading)).message).to.equal('the deadline');
      expect(server.requests.length).to.equal(1);
    });

    it('stops waiting for a free connection on abort', async () => {
      server.behave = (_, response) =>
        response.writeHead(206, { 'content-range': 'bytes 0-32767/300000' }).flushHeaders();
      const waiting = Array.from({ length: 6 }, () => errorOf(open().read(first, PLENTY)));
      const reason = new Error('the deadline');
      stop.abort(reason);
      expect(await Promise.all(waiting)).to.deep.equal(Array(6).fill(reason));
    });
  });

  describe('with a server that lies', () => {
    it('refuses another range than the one asked for', async () => {
      const error = await unreachableFrom(
        readFirst((request, response) => sendRange({ ...request, begin: 10 }, response, file)),
      );
      expect(error.message).to.contain('from 10 on where 0 was asked for');
    });

    for (const [what, headers] of [
      ['no Content-Range', {}],
      ['a Content-Range that makes no sense', { 'content-range': 'bytes 5-2/1' }],
      ['several ranges', { 'content-type': 'multipart/byteranges; boundary=x' }],
    ] as const) {
      it(`refuses 206 with ${what}`, async () => {
        await unreachableFrom(readFirst((_, response) => response.writeHead(206, headers).end(file.subarray(0, 9))));
      });
    }

    it('takes no more than it asked for from a longer body', async () => {
      let sending: Promise<number> | undefined;
      const slice = await readFirst((_, response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-899999999/900000000' });
        sending = sendEndlessly(response, file);
      });
      expectPart(slice.bytes, 0, 32_768);
      expect(await sending).to.be.below(900_000_000);
    });

    it('refuses a body that is encoded', async () => {
      const gzipped = gzipSync(file);
      const error = await unreachableFrom(
        readFirst((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipped)),
      );
      expect(error.message).to.contain('gzip');
    });

    const changes: [string, Record<string, string>, Record<string, string>][] = [
      ['its ETag', { etag: '"one"' }, { etag: '"two"' }],
      ['its weak ETag', { etag: 'W/"one"' }, { etag: 'W/"two"' }],
      [
        'its date',
        { 'last-modified': 'Tue, 01 Jul 2025 10:00:00 GMT' },
        { 'last-modified': 'Tue, 01 Jul 2025 10:00:01 GMT' },
      ],
      ['its size', {}, { 'content-range': 'bytes 60000-60000/300001' }],
    ];
    for (const [what, before, after] of changes) {
      it(`notices a file that changes ${what} between two ranges`, async () => {
        server.behave = (request, response) => sendRange(request, response, file, request.begin === 0 ? before : after);
        const reader = open();
        await reader.read(first, PLENTY);
        expect(await errorOf(reader.read({ offset: 60_000, lengthBytes: 1 }, PLENTY))).to.be.instanceOf(
          MediaChangedError,
        );
      });
    }

    it('asks the server for the version it began with, and takes 412 as a change', async () => {
      server.behave = (request, response) =>
        request.begin === 0
          ? sendRange(request, response, file, { etag: '"one"' })
          : response.writeHead(request.headers['if-match'] === '"one"' ? 412 : 500).end();
      const reader = open();
      await reader.read(first, PLENTY);
      expect(await errorOf(reader.read({ offset: 60_000, lengthBytes: 1 }, PLENTY))).to.be.instanceOf(
        MediaChangedError,
      );
    });

    it('survives an answer that is not HTTP', async () => {
      await unreachableFrom(readFirst((_, response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')));
    });
  });

  describe('with a server that redirects', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`follows ${status} on the same server`, async () => {
        const slice = await readFirst((request, response) =>
          request.path === '/videos/a.mp4'
            ? response.writeHead(status, { location: '../archive/a%20b.mp4?v=1' }).end()
            : sendRange(request, response, file),
        );
        expectPart(slice.bytes, 0, 32_768);
        expect(server.requests[1]?.path).to.equal('/archive/a%20b.mp4?v=1');
        expect(server.requests[1]?.headers.range).to.equal('bytes=0-32767');
      });
    }

    it('reads later ranges where the first one was found', async () => {
      server.behave = (request, response) =>
        request.path === '/videos/a.mp4'
          ? response.writeHead(302, { location: '/b.mp4' }).end()
          : sendRange(request, response, file);
      const reader = open();
      await reader.read(first, PLENTY);
      await reader.read({ offset: 60_000, lengthBytes: 1 }, PLENTY);
      expect(server.requests.map(({ path }) => path)).to.deep.equal(['/videos/a.mp4', '/b.mp4', '/b.mp4']);
    });

    it('follows no redirect to another server', async () => {
      await using other = await LyingVideoServer.start();
      for (const location of [
        other.url,
        'file:///etc/passwd',
        `${server.url.replace('http', 'https')}/a.mp4`,
        'http://[',
      ]) {
        await unreachableFrom(readFirst((_, response) => response.writeHead(302, { location }).end()));
      }
      expect(other.requests).to.deep.equal([]);
      expect(server.requests.length).to.equal(4);
    });

    it('does not follow redirects in circles', async () => {
      const error = await unreachableFrom(
        readFirst((_, response) => response.writeHead(302, { location: '/videos/a.mp4' }).end()),
      );
      expect(error.message).to.contain('more than 3 times');
      expect(server.requests.length).to.equal(4);
    });
  });

  it('sends the user and the password of its URL, as any UTF-8, and none of a URL without', async () => {
    const sent: (string | undefined)[] = [];
    server.behave = (request, response) => {
      sent.push(request.headers.authorization);
      sendRange(request, response, file);
    };
    for (const user of ['', 'k%C3%BCche:p%40ss%zz@', 'token@']) {
      await using withUser = sourceAt(server.url.replace('//', `//${user}`));
      await withUser.open('/videos/a.mp4', { meter, signal: stop.signal }).read(first, PLENTY);
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(sent).to.deep.equal([undefined, basic('küche:p@ss%zz'), basic('token:')]);
  });
});

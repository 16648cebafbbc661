import { randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { settlesWithin } from '../async/settles-within.ts';
import { HttpListener, type RequestListener } from './http-listener.ts';
import type { ListenerLimits } from './listener-limits.ts';

const HELLO: RequestListener = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};

async function openListener(
  listener: (...exchange: Parameters<RequestListener>) => unknown,
  shutdownGraceMs = 2_000,
  lameDuckMs = 0,
  limits: Partial<ListenerLimits> = {},
) {
  const server = new HttpListener({ listener, lameDuckMs, shutdownGraceMs, limits });
  const port = await server.listen('127.0.0.1', 0);
  const close = () => server[Symbol.asyncDispose]();
  return { port, url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket.setNoDelay(true).setEncoding('latin1');
}

async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = '';
  while (!text.includes(wanted)) text += (await once(socket, 'data'))[0];
  return text;
}

describe('HttpListener', () => {
  it('speaks HTTP/1.1 and HTTP/2 on one port', async () => {
    await using server = await openListener(HELLO);
    expect(await (await fetch(`${server.url}/a`)).text()).to.equal('1.1 /a');
    const session = connectHttp2(server.url);
    const stream = session.request({ ':path': '/b' });
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('2.0 /b');
    session.close();
  });

  it('answers over HTTP/1.1 a client that asks to upgrade', async () => {
    await using server = await openListener(HELLO);
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const [response] = await once(get(`${server.url}/c`, { headers }), 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text).to.equal('1.1 /c');
  });

  it('detects the version however the first bytes are split', async () => {
    await using server = await openListener(HELLO);
    for (const [first, rest, wanted] of [
      ['P', 'OST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', '1.1 /'],
      ['PR', 'OPFIND / HTTP/1.1\r\nhost: x\r\n\r\n', '1.1 /'],
      ['G', 'ET / HTTP/1.1\r\nhost: x\r\n\r\n', '1.1 /'],
      // The first frame of a server is its SETTINGS, type 4.
      ['PR', 'I * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', '\x04'],
    ] as const) {
      const socket = await open(server.port);
      const answer = readUntil(socket, wanted);
      socket.write(first);
      // The next write is a packet of its own only once the first has left.
      await new Promise(resolve => setImmediate(resolve));
      socket.write(Buffer.from(rest, 'latin1'));
      expect(await answer).to.contain(wanted);
      socket.destroy();
    }
  });

  it('refuses what is not HTTP', async () => {
    await using server = await openListener(HELLO);
    const socket = await open(server.port);
    const answer = readUntil(socket, '400 Bad Request');
    socket.write('SSH-2.0-OpenSSH_9\r\n\r\n');
    await answer;
  });

  it('survives clients that disconnect without sending a request', async () => {
    await using server = await openListener(HELLO);
    (await open(server.port)).end();
    (await open(server.port)).resetAndDestroy();
    const half = await open(server.port);
    half.end('PR');
    await once(half, 'close');
    expect((await fetch(server.url)).status).to.equal(200);
  });

  it('closes at once if nothing is in flight, kept and silent connections included', async () => {
    const server = await openListener(HELLO, 60_000);
    await (await fetch(server.url)).text();
    const session = connectHttp2(server.url);
    await once(session, 'connect');
    const silent = await open(server.port);
    silent.resume();
    await Promise.all([server.close(), once(silent, 'close')]);
    if (!session.closed) await once(session, 'close');
  });

  it('asks clients to connect anew after a while, and lets requests in flight finish', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await using server = await openListener(
      async (request, response) => {
        if (request.url === '/slow') {
          begun.resolve();
          await finish.promise;
        }
        response.end('done');
      },
      2_000,
      0,
      { maxConnectionAgeMs: 100 },
    );
    const session = connectHttp2(server.url);
    const stream = session.request({ ':path': '/slow' });
    await Promise.all([begun.promise, once(session, 'goaway')]);
    finish.resolve();
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('done');
    if (!session.destroyed) await once(session, 'close');

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (true) {
      const [response] = await once(get(server.url, { agent }), 'response');
      response.resume();
      if (response.headers.connection === 'close') break;
    }
    agent.destroy();
  });

  it('does not take a client for gone that is silent while it waits on an old connection', async () => {
    const finish = Promise.withResolvers<void>();
    const limits = { maxConnectionAgeMs: 50, pingAfterMs: 50, pingTimeoutMs: 200 };
    await using server = await openListener(
      async (_request, response) => {
        await finish.promise;
        response.end('done');
      },
      2_000,
      0,
      limits,
    );
    const session = connectHttp2(server.url);
    const stream = session.request({ ':path': '/' });
    await once(session, 'goaway');
    // Each is a question whether the client is there.
    for (let asked = 0; asked < 5; asked++) await once(session, 'remoteSettings');
    finish.resolve();
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('done');
  });

  it('lets requests in flight finish, and accepts no new ones', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    let inFlight = 0;
    const server = await openListener(async (_request, response) => {
      if (++inFlight === 2) begun.resolve();
      await finish.promise;
      response.end('done');
    });
    const http1 = fetch(server.url).then(response => response.text());
    const session = connectHttp2(server.url);
    const stream = session.request({ ':path': '/' });
    await begun.promise;
    const closed = server.close();
    await once(connect(server.port, '127.0.0.1'), 'error');
    finish.resolve();
    expect(await http1).to.equal('done');
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('done');
    await closed;
  });

  it('answers while it closes, and asks its clients to connect elsewhere', async () => {
    const server = await openListener(HELLO, 60_000, 60_000);
    const agent = new Agent({ keepAlive: true });
    const ask = async (path: string) => {
      const [response] = (await once(get(`${server.url}/${path}`, { agent }), 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.headers.connection;
    };
    expect(await ask('before')).to.equal('keep-alive');
    const session = connectHttp2(server.url);
    const stream = session.request({ ':path': '/' }).resume();
    await once(stream, 'end');
    const closed = server.close();
    if (!session.closed) await once(session, 'close');
    expect(await ask('meanwhile')).to.equal('close');
    // The last client has gone: nobody is left to be asked.
    await closed;
    await once(connect(server.port, '127.0.0.1'), 'error');
  });

  it('answers a client that connected in time and sends its request late', async () => {
    const server = await openListener(HELLO, 60_000, 500);
    const socket = await open(server.port);
    const closed = server.close();
    while (
      await open(server.port).then(
        other => other.destroy(),
        () => undefined,
      )
    );
    const answer = readUntil(socket, '1.1 /late');
    socket.write('GET /late HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await answer).to.match(/^connection: close/im);
    await closed;
  });

  it('cuts requests that outlast the grace period', async () => {
    const begun = Promise.withResolvers<void>();
    const server = await openListener(() => begun.resolve(), 50);
    const call = fetch(server.url).then(
      () => 'answered',
      () => 'cut',
    );
    await begun.promise;
    await server.close();
    expect(await call).to.equal('cut');
  });
});

/** Resolves when it is closed, with or without an error. */
function ended(emitter: EventEmitter): Promise<void> {
  return new Promise(resolve => void emitter.on('error', () => {}).once('close', resolve));
}

const ENHANCE_YOUR_CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM;

/** The answer's text, or the code with which the stream was reset. */
async function ask(session: ClientHttp2Session, headers: IncomingHttpHeaders = {}): Promise<string | number> {
  const stream = session.request({ ':path': '/', ...headers });
  let text = '';
  try {
    for await (const chunk of stream) text += chunk;
  } catch {}
  return stream.rstCode === 0 ? text : (stream.rstCode ?? -1);
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const SETTINGS_ACK = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]);

/** A request without a body. */
function headersFrame(streamId: number): Buffer {
  // :method GET, :scheme http, :path / and a :authority, by the static table of HPACK.
  const block = [0x82, 0x86, 0x84, 0x41, 1, 0x78];
  const id = Buffer.alloc(4);
  id.writeUInt32BE(streamId);
  return Buffer.from([0, 0, block.length, 1, 5, ...id, ...block]);
}

/** A client of HTTP/2 that has asked for something, and then neither reads nor answers. */
async function openFrozen(port: number): Promise<Socket> {
  const socket = await open(port);
  socket.write(Buffer.concat([PREFACE, SETTINGS, headersFrame(1)]));
  return socket.resume();
}

describe('HttpListener, towards clients that mean no good', () => {
  const open2 = (url: string, options = {}) => connectHttp2(url, options).on('error', () => {});

  it('ends a connection whose streams are reset again and again, and no other', async () => {
    let requests = 0;
    await using server = await openListener((_request, response) => {
      requests++;
      setTimeout(() => response.end('late'), 50);
    });
    const other = open2(server.url);
    const answer = ask(other);
    const session = open2(server.url);
    const ended = once(session, 'goaway');
    for (let opened = 0; opened < 10_000 && !session.closed && !session.destroyed; opened++) {
      session
        .request({ ':path': '/' })
        .on('error', () => {})
        .close(constants.NGHTTP2_CANCEL);
      if (opened % 100 === 0) await new Promise(resolve => setImmediate(resolve));
    }
    expect((await ended)[0]).to.equal(ENHANCE_YOUR_CALM);
    expect(requests).to.be.below(2_000);
    expect(await answer).to.equal('late');
    other.close();
  });

  it('lets a client cancel all of its calls', async () => {
    const seen = Promise.withResolvers<void>();
    let requests = 0;
    await using server = await openListener(() => {
      if (++requests === 900) seen.resolve();
    });
    const session = open2(server.url);
    const streams = Array.from({ length: 900 }, () => session.request({ ':path': '/' }).on('error', () => {}));
    await seen.promise;
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    await new Promise(resolve => session.ping(resolve));
    expect(session.closed).to.equal(false);
    session.destroy();
  });

  it('announces its limit on headers, and lets headers that are too long cost their own call', async () => {
    await using server = await openListener(HELLO);
    const long = {
      'x-long': randomBytes(100 * 1024)
        .toString('base64')
        .slice(0, 100 * 1024),
    };
    // Before the client has acknowledged the settings, and then.
    const session = open2(server.url, { maxSendHeaderBlockLength: 1024 * 1024 });
    const first = ask(session, long);
    const [settings] = await once(session, 'remoteSettings');
    expect(settings).to.include({ maxHeaderListSize: 16 * 1024 });
    expect(await first).to.equal(ENHANCE_YOUR_CALM);
    const calls = [ask(session), ask(session, long), ask(session)];
    expect(await Promise.all(calls)).to.deep.equal(['2.0 /', ENHANCE_YOUR_CALM, '2.0 /']);
    session.close();
    const [response] = (await once(
      get(server.url, { headers: long }).on('error', () => {}),
      'response',
    )) as [IncomingMessage];
    expect(response.resume().statusCode).to.equal(431);
  });

  it('takes more streams than it announces, as some count for it that are over for their client', async () => {
    const seen = Promise.withResolvers<void>();
    let requests = 0;
    await using server = await openListener(() => {
      if (++requests === 1_999) seen.resolve();
    });
    const session = open2(server.url);
    expect((await once(session, 'remoteSettings'))[0]).to.include({ maxConcurrentStreams: 1_000 });
    session.destroy();
    const socket = await open(server.port);
    socket.write(Buffer.concat([PREFACE, SETTINGS]));
    const calls = Array.from({ length: 1_999 }, (_, index) => headersFrame(2 * index + 1));
    await once(socket, 'data');
    socket.write(Buffer.concat([SETTINGS_ACK, ...calls]));
    await settlesWithin(seen.promise, 1_000);
    socket.destroy();
    expect(requests).to.equal(1_999);
  });

  it('notices a client that is frozen, and keeps one that is only silent', async () => {
    const gone = Promise.withResolvers<void>();
    const limits = { pingAfterMs: 100, pingTimeoutMs: 300 };
    const waiting: ServerResponse[] = [];
    await using server = await openListener(
      (request, response) => {
        if (request.headers[':authority'] === 'x') response.once('close', gone.resolve);
        else waiting.push(response);
      },
      2_000,
      0,
      limits,
    );
    const silent = open2(server.url);
    const answer = ask(silent);
    const frozen = await openFrozen(server.port);
    await Promise.all([gone.promise, ended(frozen)]);
    for (const response of waiting) response.end('still there');
    expect(await answer).to.equal('still there');
    silent.close();
  });

  it('closes connections on which nothing is asked, and none with a call in flight', async () => {
    const finish = Promise.withResolvers<void>();
    await using server = await openListener(
      async (_request, response) => {
        await finish.promise;
        response.end('done');
      },
      2_000,
      0,
      { idleTimeoutMs: 200 },
    );
    const idle = open2(server.url);
    const busy = open2(server.url);
    const answer = ask(busy);
    const silent = (await open(server.port)).resume();
    const half = await open(server.port);
    half.resume().write('PRI * HTTP/2.0\r\n');
    await Promise.all([ended(idle), ended(silent), ended(half)]);
    finish.resolve();
    expect(await answer).to.equal('done');
    busy.close();
  });

  it('cuts a connection that asks hundreds of times before it is answered, and no other', async () => {
    let asked = 0;
    await using server = await openListener((_request, response) => {
      asked++;
      setTimeout(() => response.end('late'), 100);
    });
    const socket = await open(server.port);
    const closed = once(socket, 'close');
    socket.on('error', () => {}).resume();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_000));
    await closed;
    expect(asked).to.equal(100);
    expect(await (await fetch(server.url)).text()).to.equal('late');
  });

  it('refuses headers that are sent too slowly', async () => {
    await using server = await openListener(HELLO, 2_000, 0, { headersTimeoutMs: 200 });
    const socket = await open(server.port);
    const answer = readUntil(socket, '408 Request Timeout');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
    await answer;
  });

  it('answers while 2,000 idle connections are open, half of them more than it keeps', async () => {
    await using server = await openListener(HELLO, 2_000, 0, { maxConnections: 1_000 });
    const sockets: Socket[] = [];
    for (let batch = 0; batch < 20; batch++) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => open(server.port)))));
    }
    for (const socket of sockets) socket.on('error', () => {}).resume();
    expect(await (await fetch(server.url)).text()).to.equal('1.1 /');
    const closed = () => sockets.filter(({ destroyed }) => destroyed).length;
    while (closed() < 1_000) await new Promise(resolve => setImmediate(resolve));
    expect(sockets.slice(0, 1_000).every(({ destroyed }) => destroyed)).to.equal(true);
    for (const socket of sockets) socket.destroy();
  });
});

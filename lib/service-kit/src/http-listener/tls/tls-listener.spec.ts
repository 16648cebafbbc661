import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { Agent, get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { makeCertificates, type ScratchCertificates, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { HttpListener, type RequestListener } from '../http-listener.ts';
import type { ListenerLimits } from '../listener-limits.ts';

const HELLO: RequestListener = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};
const HOSTS = ['localhost', '127.0.0.1'];
const ENHANCE_YOUR_CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM;

describe('HttpListener over TLS', () => {
  const teardown = new AsyncDisposableStack();
  let certificates: ScratchCertificates;
  let others: ScratchCertificates;

  before(async () => {
    certificates = await makeCertificates(teardown.use(await temporaryDir()).path, { hosts: HOSTS });
    others = await makeCertificates(teardown.use(await temporaryDir()).path, { hosts: HOSTS });
  });
  after(() => teardown.disposeAsync());

  async function openListener(
    listener: (...exchange: Parameters<RequestListener>) => unknown,
    limits: Partial<ListenerLimits> = {},
    { lameDuckMs = 0, shutdownGraceMs = 2_000 } = {},
  ) {
    const keyPair = { cert: certificates.cert, key: certificates.key };
    const server = new HttpListener({ listener, lameDuckMs, shutdownGraceMs, limits, keyPair });
    const port = await server.listen('127.0.0.1', 0);
    const close = () => server[Symbol.asyncDispose]();
    return { server, port, url: `https://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
  }

  const trust = () => ({ ca: certificates.authority });
  const open2 = (url: string, options = {}) => connectHttp2(url, { ...trust(), ...options }).on('error', () => {});

  async function openTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connectTls({ host: '127.0.0.1', port, ...trust(), ...options });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return socket.setEncoding('latin1');
  }

  async function askHttps(url: string, options = {}): Promise<{ status: number | undefined; text: string }> {
    const [response] = (await once(get(url, { agent: false, ...trust(), ...options }), 'response')) as [
      IncomingMessage,
    ];
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, text };
  }

  it('speaks HTTP/1.1 and HTTP/2 on one port, as ALPN says', async () => {
    await using server = await openListener(HELLO);
    expect((await askHttps(`${server.url}/a`)).text).to.equal('1.1 /a');
    const session = open2(server.url);
    expect(await ask(session, { ':path': '/b' })).to.equal('2.0 /b');
    expect(session.alpnProtocol).to.equal('h2');
    session.close();
  });

  it('takes clients without ALPN by what they send first', async () => {
    await using server = await openListener(HELLO);
    for (const [request, wanted] of [
      ['GET /c HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', '1.1 /c'],
      // The first frame of a server is its SETTINGS, type 4.
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', '\x04'],
    ] as const) {
      const socket = await openTls(server.port);
      expect(socket.alpnProtocol).to.equal(false);
      const answer = readUntil(socket, wanted);
      socket.write(request, 'latin1');
      expect(await answer).to.contain(wanted);
      socket.destroy();
    }
  });

  it('keeps clients to what they have agreed on', async () => {
    await using server = await openListener(HELLO);
    const http1 = await openTls(server.port, { ALPNProtocols: ['http/1.1'] });
    const refusal = readUntil(http1, '400 Bad Request');
    http1.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await refusal;
    const http2 = await openTls(server.port, { ALPNProtocols: ['h2'] });
    http2.resume().write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await ended(http2);
    const neither = connectTls({ host: '127.0.0.1', port: server.port, ...trust(), ALPNProtocols: ['spdy/3'] });
    expect((await once(neither, 'error'))[0]).to.have.property('code', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  });

  it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    await using server = await openListener(HELLO);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const options = { minVersion: version, maxVersion: version };
      expect(await askHttps(`${server.url}/d`, options)).to.deep.equal({ status: 200, text: '1.1 /d' });
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ...trust(), ...old });
    expect((await once(socket, 'error'))[0]).to.have.property('code', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  it('answers curl', async function () {
    await using server = await openListener(HELLO);
    const curl = (...args: string[]) =>
      promisify(execFile)('curl', ['-sS', '--cacert', certificates.authorityFile, ...args, `${server.url}/e`]);
    try {
      expect((await curl('--http1.1')).stdout).to.equal('1.1 /e');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.skip();
      throw error;
    }
    expect((await curl('--http2')).stdout).to.equal('2.0 /e');
  });

  it('says in plain text that it speaks TLS, also to a client that sends a body, and cuts others', async () => {
    await using server = await openListener(HELLO);
    const plain = server.url.replace('https:', 'http:');
    for (const init of [{}, { method: 'POST', body: 'x'.repeat(100_000) }]) {
      const answer = await fetch(plain, init);
      expect([answer.status, await answer.text()]).to.deep.equal([400, 'This port speaks TLS: call it by https://.\n']);
    }
    for (const bytes of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x80\x2e\x01\0\x02', '\0']) {
      const socket = await openPlain(server.port);
      socket.resume().write(bytes, 'latin1');
      await ended(socket);
    }
  });

  it('cuts a handshake that takes too long, however steadily its bytes come', async () => {
    await using server = await openListener(HELLO, { handshakeTimeoutMs: 300 });
    const stuck = await openPlain(server.port);
    stuck.write('\x16');
    const dripping = await openPlain(server.port);
    // A record of the largest size, of which a byte comes now and then.
    dripping.write(Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]));
    const drip = setInterval(() => dripping.write('\0'), 20);
    await Promise.all([ended(stuck.resume()), ended(dripping.resume())]);
    clearInterval(drip);
    const slow = await openTls(server.port);
    // Longer than a handshake may take: it is over.
    await new Promise(resolve => setTimeout(resolve, 400));
    const answer = readUntil(slow, '1.1 /slow');
    slow.write('GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await answer;
  });

  it('survives clients that break off their handshake, or send what is none', async () => {
    await using server = await openListener(HELLO);
    for (const bytes of [
      '\x16',
      '\x16\x03\x01',
      '\x16\x03\x01\0\x05hello',
      `\x16\x03\x01\x02\0${'\xff'.repeat(600)}`,
    ]) {
      (await openPlain(server.port)).end(bytes, 'latin1');
      const socket = await openPlain(server.port);
      socket.write(bytes, 'latin1');
      socket.resetAndDestroy();
    }
    const untrusting = connectTls({ host: '127.0.0.1', port: server.port, ca: others.authority });
    await once(untrusting, 'error');
    (await openTls(server.port)).end();
    expect((await askHttps(`${server.url}/f`)).text).to.equal('1.1 /f');
  });

  it('keeps its bounds on connections before any handshake', async () => {
    await using server = await openListener(HELLO, { maxConnections: 100 });
    const sockets: Socket[] = [];
    for (let opened = 0; opened < 200; opened++) sockets.push((await openPlain(server.port)).resume());
    for (const socket of sockets.slice(0, 100)) socket.write('\x16');
    expect((await askHttps(`${server.url}/g`)).text).to.equal('1.1 /g');
    await waitFor(
      'room for the new ones',
      () => sockets.filter(({ destroyed }) => destroyed).length >= 100 || undefined,
    );
    for (const socket of sockets) socket.destroy();
  });

  it('closes connections that are silent after their handshake when it closes, and idle ones before', async () => {
    const server = await openListener(HELLO, { idleTimeoutMs: 200 }, { shutdownGraceMs: 60_000 });
    const idle = open2(server.url);
    await once(idle, 'connect');
    await ended(idle);
    const silent = await openTls(server.port);
    const session = open2(server.url);
    await once(session, 'connect');
    await Promise.all([server.close(), ended(silent.resume()), ended(session)]);
  });

  it('asks clients to connect elsewhere while it closes, and lets requests in flight finish', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const listener = async (...[request, response]: Parameters<RequestListener>) => {
      if (request.url === '/slow') {
        begun.resolve();
        await finish.promise;
      }
      response.end('done');
    };
    const server = await openListener(listener, {}, { lameDuckMs: 60_000, shutdownGraceMs: 60_000 });
    const session = open2(server.url);
    const slow = ask(session, { ':path': '/slow' });
    await begun.promise;
    const agent = new Agent({ keepAlive: true, ...trust() });
    const closed = server.close();
    await once(session, 'goaway');
    const [response] = (await once(get(server.url, { agent }), 'response')) as [IncomingMessage];
    expect(response.resume().headers.connection).to.equal('close');
    finish.resolve();
    expect(await slow).to.equal('done');
    await closed;
  });

  it('says first that an old connection ends, and serves what is in flight', async () => {
    const finish = Promise.withResolvers<void>();
    const listener = async (...[, response]: Parameters<RequestListener>) => {
      await finish.promise;
      response.end('done');
    };
    await using server = await openListener(listener, { maxConnectionAgeMs: 100 });
    const session = open2(server.url);
    const answer = ask(session, {});
    // The highest stream there can be.
    expect((await once(session, 'goaway')).slice(0, 2)).to.deep.equal([0, 2 ** 31 - 1]);
    finish.resolve();
    expect(await answer).to.equal('done');
    await ended(session);
  });

  it('survives clients that end a connection at the very moment when it closes', async () => {
    for (const leave of ['end', 'destroy'] as const) {
      const server = await openListener(HELLO);
      const socket = await openTls(server.port, { ALPNProtocols: ['h2'] });
      socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)]));
      await once(socket, 'data');
      socket[leave]();
      await server.close();
    }
  });

  it('lets headers that are too long cost their own call', async () => {
    await using server = await openListener(HELLO);
    const long = { 'x-long': randomBytes(75 * 1024).toString('base64') };
    const session = open2(server.url, { maxSendHeaderBlockLength: 1024 * 1024 });
    // Before the client has acknowledged the settings, and then.
    const first = ask(session, long);
    await once(session, 'remoteSettings');
    expect(await first).to.equal(ENHANCE_YOUR_CALM);
    const calls = [ask(session, {}), ask(session, long), ask(session, {})];
    expect(await Promise.all(calls)).to.deep.equal(['2.0 /', ENHANCE_YOUR_CALM, '2.0 /']);
    session.close();
    const headers = { 'x-long': 'x'.repeat(20_000) };
    expect((await askHttps(server.url, { headers })).status).to.equal(431);
  });

  it('ends a connection that floods it with CONTINUATION frames', async () => {
    await using server = await openListener(HELLO);
    const socket = await openTls(server.port, { ALPNProtocols: ['h2'] });
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0), frame(1, 0, 1)]));
    for (let sent = 0; sent < 100; sent++) socket.write(frame(9, 0, 1));
    await ended(socket.resume());
    expect((await askHttps(server.url)).status).to.equal(200);
  });

  it('notices a client that is frozen, and keeps one that is only silent', async () => {
    const gone = Promise.withResolvers<void>();
    const waiting: ServerResponse[] = [];
    const listener: RequestListener = (request, response) => {
      if (request.url === '/frozen') response.once('close', gone.resolve);
      else waiting.push(response);
    };
    await using server = await openListener(listener, { pingAfterMs: 100, pingTimeoutMs: 300 });
    const silent = open2(server.url);
    const answer = ask(silent, {});
    const frozen = await openTls(server.port, { ALPNProtocols: ['h2'] });
    // :method GET, :scheme https, by the static table of HPACK; :authority and :path as they are.
    const block = Buffer.concat([Buffer.from([0x82, 0x87, 0x41, 1, 0x78, 0x04, 7]), Buffer.from('/frozen')]);
    frozen.write(
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0), frame(1, 5, 1, block)]),
    );
    await Promise.all([gone.promise, ended(frozen.resume())]);
    for (const response of waiting) response.end('still there');
    expect(await answer).to.equal('still there');
    silent.close();
  });

  it('counts callers by the address of their connection', async () => {
    const callers: string[] = [];
    await using server = await openListener((_request, response, caller) => {
      callers.push(caller);
      response.end();
    });
    await askHttps(server.url);
    const session = open2(server.url);
    await ask(session, {});
    session.close();
    expect(callers).to.deep.equal(['127.0.0.1', '127.0.0.1']);
  });

  it('takes another key pair for new connections, while those that are open go on', async () => {
    await using server = await openListener(HELLO);
    const before = open2(server.url);
    expect(await ask(before, { ':path': '/before' })).to.equal('2.0 /before');
    server.server.setKeyPair({ cert: others.cert, key: others.key });
    expect(await ask(before, { ':path': '/since' })).to.equal('2.0 /since');
    before.close();
    await once(connectTls({ host: '127.0.0.1', port: server.port, ...trust() }), 'error');
    expect((await askHttps(`${server.url}/new`, { ca: others.authority })).text).to.equal('1.1 /new');
    const after = open2(server.url, { ca: others.authority });
    expect(await ask(after, { ':path': '/h2' })).to.equal('2.0 /h2');
    after.close();
  });

  it('refuses a key pair that does not belong together, and goes on with the one before', async () => {
    await using server = await openListener(HELLO);
    expect(() => server.server.setKeyPair({ cert: others.cert, key: certificates.key })).to.throw(/mismatch/);
    expect((await askHttps(`${server.url}/i`)).text).to.equal('1.1 /i');
  });
});

function frame(type: number, flags: number, stream: number, payload = Buffer.of()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

async function openPlain(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket.setNoDelay(true);
}

/** Resolves when it is closed, with or without an error. */
function ended(emitter: EventEmitter & { readonly destroyed: boolean }): Promise<void> {
  return new Promise(resolve => {
    if (emitter.destroyed) resolve();
    else void emitter.on('error', () => {}).once('close', resolve);
  });
}

async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = '';
  while (!text.includes(wanted)) text += (await once(socket, 'data'))[0];
  return text;
}

/** The answer's text, or the code with which the stream was reset. */
async function ask(session: ClientHttp2Session, headers: IncomingHttpHeaders): Promise<string | number> {
  const stream = session.request({ ':path': '/', ...headers });
  let text = '';
  try {
    for await (const chunk of stream) text += chunk;
  } catch {}
  return stream.rstCode === 0 ? text : (stream.rstCode ?? -1);
}

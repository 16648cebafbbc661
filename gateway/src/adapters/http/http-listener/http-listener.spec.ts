import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { HttpListener, type RequestListener } from './http-listener.ts';

const HELLO: RequestListener = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};

async function openListener(
  listener: (...exchange: Parameters<RequestListener>) => unknown,
  shutdownGraceMs = 2_000,
  lameDuckMs = 0,
) {
  const server = new HttpListener({ listener, lameDuckMs, shutdownGraceMs });
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

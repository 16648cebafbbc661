import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { FrontDoor, type RequestListener } from './front-door.ts';

const HELLO: RequestListener = (request, response) => {
  response.end(`${request.httpVersion} ${request.url}`);
};

async function openDoor(
  listener: (...exchange: Parameters<RequestListener>) => unknown,
  shutdownGraceMs = 2_000,
  lameDuckMs = 0,
) {
  const door = new FrontDoor({ listener, lameDuckMs, shutdownGraceMs });
  const port = await door.listen('127.0.0.1', 0);
  const close = () => door[Symbol.asyncDispose]();
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

describe('FrontDoor', () => {
  it('speaks HTTP/1.1 and HTTP/2 on one port', async () => {
    await using door = await openDoor(HELLO);
    expect(await (await fetch(`${door.url}/a`)).text()).to.equal('1.1 /a');
    const session = connectHttp2(door.url);
    const stream = session.request({ ':path': '/b' });
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('2.0 /b');
    session.close();
  });

  it('answers over HTTP/1.1 a client that asks to upgrade', async () => {
    await using door = await openDoor(HELLO);
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const [response] = await once(get(`${door.url}/c`, { headers }), 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text).to.equal('1.1 /c');
  });

  it('knows the version however the first bytes are cut', async () => {
    await using door = await openDoor(HELLO);
    for (const [first, rest, wanted] of [
      ['P', 'OST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', '1.1 /'],
      ['PR', 'OPFIND / HTTP/1.1\r\nhost: x\r\n\r\n', '1.1 /'],
      ['G', 'ET / HTTP/1.1\r\nhost: x\r\n\r\n', '1.1 /'],
      // The first frame of a server is its SETTINGS, type 4.
      ['PR', 'I * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', '\x04'],
    ] as const) {
      const socket = await open(door.port);
      const answer = readUntil(socket, wanted);
      socket.write(first);
      // The next write is a packet of its own only once the first has left.
      await new Promise(resolve => setImmediate(resolve));
      socket.write(Buffer.from(rest, 'latin1'));
      expect(await answer).to.contain(wanted);
      socket.destroy();
    }
  });

  it('refuses what is no HTTP', async () => {
    await using door = await openDoor(HELLO);
    const socket = await open(door.port);
    const answer = readUntil(socket, '400 Bad Request');
    socket.write('SSH-2.0-OpenSSH_9\r\n\r\n');
    await answer;
  });

  it('survives clients that leave without a word', async () => {
    await using door = await openDoor(HELLO);
    (await open(door.port)).end();
    (await open(door.port)).resetAndDestroy();
    const half = await open(door.port);
    half.end('PR');
    await once(half, 'close');
    expect((await fetch(door.url)).status).to.equal(200);
  });

  it('closes at once when nothing is in flight, kept connections and silent ones included', async () => {
    const door = await openDoor(HELLO, 60_000);
    await (await fetch(door.url)).text();
    const session = connectHttp2(door.url);
    await once(session, 'connect');
    const silent = await open(door.port);
    silent.resume();
    await Promise.all([door.close(), once(silent, 'close')]);
    if (!session.closed) await once(session, 'close');
  });

  it('lets what is in flight finish, and takes nothing new', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    let inFlight = 0;
    const door = await openDoor(async (_request, response) => {
      if (++inFlight === 2) begun.resolve();
      await finish.promise;
      response.end('done');
    });
    const http1 = fetch(door.url).then(response => response.text());
    const session = connectHttp2(door.url);
    const stream = session.request({ ':path': '/' });
    await begun.promise;
    const closed = door.close();
    await once(connect(door.port, '127.0.0.1'), 'error');
    finish.resolve();
    expect(await http1).to.equal('done');
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('done');
    await closed;
  });

  it('answers while it closes, and asks its clients to go elsewhere', async () => {
    const door = await openDoor(HELLO, 60_000, 60_000);
    const agent = new Agent({ keepAlive: true });
    const ask = async (path: string) => {
      const [response] = (await once(get(`${door.url}/${path}`, { agent }), 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.headers.connection;
    };
    expect(await ask('before')).to.equal('keep-alive');
    const session = connectHttp2(door.url);
    const stream = session.request({ ':path': '/' }).resume();
    await once(stream, 'end');
    const closed = door.close();
    if (!session.closed) await once(session, 'close');
    expect(await ask('meanwhile')).to.equal('close');
    // The last client has gone: nobody is left to be asked.
    await closed;
    await once(connect(door.port, '127.0.0.1'), 'error');
  });

  it('cuts what outlives the grace period', async () => {
    const begun = Promise.withResolvers<void>();
    const door = await openDoor(() => begun.resolve(), 50);
    const call = fetch(door.url).then(
      () => 'answered',
      () => 'cut',
    );
    await begun.promise;
    await door.close();
    expect(await call).to.equal('cut');
  });
});

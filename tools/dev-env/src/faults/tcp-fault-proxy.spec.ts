import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { waitFor } from '../testing/wait-for.ts';
import { TcpFaultProxy } from './tcp-fault-proxy.ts';

const DELAY_MS = 150;

describe('TcpFaultProxy', () => {
  let echo: Server;
  let served: Socket[];
  let proxy: TcpFaultProxy;
  let clients: Socket[];

  beforeEach(async () => {
    served = [];
    clients = [];
    echo = createServer({ allowHalfOpen: true }, socket => {
      served.push(socket);
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpFaultProxy.start((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await proxy[Symbol.asyncDispose]();
    echo.close();
  });

  async function open() {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    clients.push(socket);
    const seen = { text: '', ended: false, closed: false };
    socket.on('data', piece => {
      seen.text += piece;
    });
    socket.on('end', () => {
      seen.ended = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      seen.closed = true;
    });
    await once(socket, 'connect');
    return { socket, seen };
  }

  /** The reset may come before the client knows that it is connected. */
  async function refused(): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    socket.on('error', () => {});
    await until('the reset', () => socket.destroyed);
  }

  const until = (what: string, holds: () => boolean) => waitFor(what, () => (holds() ? true : undefined));

  it('carries bytes and the end of each direction', async () => {
    const { socket, seen } = await open();
    socket.end('hello');
    await until('the echo', () => seen.text === 'hello' && seen.ended);
  });

  it('delays what it carries', async () => {
    proxy.fault = { kind: 'delay', delayMs: DELAY_MS };
    const { socket, seen } = await open();
    const sentAt = performance.now();
    socket.write('late');
    await until('the echo', () => seen.text === 'late');
    expect(performance.now() - sentAt).to.at.least(2 * DELAY_MS - 5);
  });

  it('cuts the connections that are there and those that come, until it is healed', async () => {
    const there = await open();
    there.socket.write('a');
    await until('the echo', () => there.seen.text === 'a');
    proxy.fault = { kind: 'cut' };
    await until('the end', () => there.seen.closed);
    await until('the end at the server', () => served[0]?.destroyed === true);
    await refused();
    proxy.fault = { kind: 'none' };
    const { socket, seen } = await open();
    socket.write('b');
    await until('the echo', () => seen.text === 'b');
  });

  it('leaves connections half open: silent, never closed, also once it is healed', async () => {
    const there = await open();
    there.socket.write('a');
    await until('the echo', () => there.seen.text === 'a');
    proxy.fault = { kind: 'half-open' };
    there.socket.write('b');
    const coming = await open();
    coming.socket.write('c');
    proxy.fault = { kind: 'none' };
    const after = await open();
    after.socket.write('d');
    await until('the echo', () => after.seen.text === 'd');
    expect(there.seen).to.deep.equal({ text: 'a', ended: false, closed: false });
    expect(coming.seen).to.deep.equal({ text: '', ended: false, closed: false });
  });

  it('resets what comes before its server is known', async () => {
    proxy.upstreamPort = undefined;
    await refused();
  });
});

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { waitFor } from '@vigie/dev-env/testing';
import { HttpListener } from '@vigie/service-kit/http-listener';
import { createLogger, createMetrics, type Logger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import type { ExchangeHandler } from './exchange.ts';
import { httpMetrics } from './http-metrics.ts';
import { sendBytes, sendJson } from './send.ts';
import { createRequestListener } from './serve-exchange.ts';

async function serve(handle: ExchangeHandler, limits: { sendTimeoutMs?: number; lingerMs?: number; logger?: Logger }) {
  const parts = { logger: createLogger('spec', 'silent'), metrics: httpMetrics(createMetrics('spec')) };
  const listener = createRequestListener({ handle, sendTimeoutMs: 60_000, ...parts, ...limits });
  const server = new HttpListener({ listener, lameDuckMs: 0, shutdownGraceMs: 500 });
  const port = await server.listen('127.0.0.1', 0);
  return { port, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Resolves when it is closed, with or without an error. */
function ended(stream: Duplex): Promise<void> {
  return new Promise(resolve => stream.on('error', () => {}).once('close', resolve));
}

describe('an exchange', () => {
  it('has a line in the log, unless it was refused because it came too fast', async () => {
    const lines: unknown[] = [];
    const logger = Object.assign(createLogger('spec', 'silent'), { info: (line: object) => lines.push(line) });
    const handle: ExchangeHandler = async exchange => {
      exchange.isRateLimited = exchange.path === '/fast';
      sendJson(exchange, 429, {});
    };
    await using server = await serve(handle, { logger });
    for (const path of ['/fast', '/slow', '/fast']) await (await fetch(`${server.url}${path}`)).text();
    await waitFor('a line', () => lines.length || undefined);
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include({ path: '/slow' });
  });
});

describe('an exchange whose client', () => {
  const refuse: ExchangeHandler = async exchange => sendJson(exchange, 413, { error: 'too large' });
  const answer: ExchangeHandler = async exchange =>
    sendBytes(exchange, 200, 'text/plain', Buffer.alloc(32 * 1024 * 1024));

  it('goes on sending a body that was refused is cut, after it could see the answer', async () => {
    await using server = await serve(refuse, { lingerMs: 200 });
    const socket = connect(server.port, '127.0.0.1').setEncoding('latin1');
    const closed = ended(socket);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n');
    const sending = setInterval(() => socket.write('x'), 10);
    expect((await once(socket, 'data'))[0]).to.contain('413');
    await closed;
    clearInterval(sending);
  });

  it('goes on sending such a body over HTTP/2 keeps its connection', async () => {
    await using server = await serve(refuse, { lingerMs: 200 });
    const session = connectHttp2(server.url);
    const stream = session.request({ ':method': 'POST', ':path': '/' }).resume();
    const closed = ended(stream);
    stream.write('x');
    expect((await once(stream, 'response'))[0][':status']).to.equal(413);
    await closed;
    expect([stream.rstCode, session.closed]).to.deep.equal([0, false]);
    session.close();
  });

  it('does not read the answer is cut', async () => {
    await using server = await serve(answer, { sendTimeoutMs: 200 });
    const socket = connect(server.port, '127.0.0.1');
    const closed = ended(socket);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'readable');
    const session = connectHttp2(server.url).on('error', () => {});
    const stream = session.request({ ':path': '/' }).on('error', () => {});
    await once(stream, 'response');
    // Over HTTP/2 the stream alone is reset.
    await ended(stream);
    expect(session.closed).to.equal(false);
    session.destroy();
    // What the kernel has taken already can still be read.
    socket.resume();
    await closed;
    expect(socket.bytesRead).to.be.below(32 * 1024 * 1024);
  });
});

import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { expect } from 'chai';
import { HttpListener } from '../http-listener/http-listener.ts';
import { keepDrainingAlive } from './keep-draining-alive.ts';

/** As grpc-js does. */
function pings(session: ClientHttp2Session): Promise<Error | null> {
  return new Promise((resolve, reject) => {
    if (!session.ping(resolve)) reject(new Error('not sent'));
  });
}

describe('keepDrainingAlive', () => {
  before(keepDrainingAlive);

  it('lets a client ping a server that drains, before and after', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = new HttpListener({
      listener: (_request, response) => {
        begun.resolve();
        void finish.promise.then(() => response.end('done'));
      },
      lameDuckMs: 0,
      shutdownGraceMs: 30_000,
    });
    const session = connect(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    const stream = session.request({ ':path': '/' });
    await begun.promise;
    expect(await pings(session)).to.equal(null);
    const closing = server[Symbol.asyncDispose]();
    await once(session, 'goaway');
    expect(session.closed).to.equal(true);
    expect(await pings(session)).to.equal(null);
    expect(await pings(session)).to.equal(null);
    finish.resolve();
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).to.equal('done');
    await closing;
  });
});

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { OutcomeWatch } from './outcome-watch.ts';

describe('OutcomeWatch', () => {
  it('gives each alert its outcome, from one request', async () => {
    await using gateway = await standInGateway();
    await using watch = await OutcomeWatch.begin(gateway.url, 'store 1');
    const outcome = watch.outcomeOf('b', AbortSignal.timeout(60_000));
    gateway.send({ alert: { uid: 'a', status: 'FAILED' } });
    gateway.send({ alert: { uid: 'b', status: 'PROCESSED' } });
    expect((await outcome)?.status).to.equal('PROCESSED');
    expect(gateway.requests).to.deep.equal(['/v1/alerts:watch?stores=store%201']);
  });

  it('gives up when its signal aborts', async () => {
    await using gateway = await standInGateway();
    await using watch = await OutcomeWatch.begin(gateway.url, 'store 1');
    expect(await watch.outcomeOf('a', AbortSignal.abort())).to.equal(undefined);
  });
});

/** Streams what it is given, after a first line that says that the watch has begun. */
async function standInGateway() {
  const requests: (string | undefined)[] = [];
  let stream: ServerResponse | undefined;
  const server = createServer((request, response) => {
    requests.push(request.url);
    stream = response;
    response.write('{}\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    send: (message: object) => stream?.write(`${JSON.stringify(message)}\n`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

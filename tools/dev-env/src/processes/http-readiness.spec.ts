import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { httpNotComplete, httpNotReady } from './http-readiness.ts';

describe('the readiness of a process', () => {
  let answer = { status: 200, checks: {} };
  const server = createServer((_request, response) => {
    response.writeHead(answer.status).end(JSON.stringify({ checks: answer.checks }));
  });
  let url: string;

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('is its status', async () => {
    answer = { status: 200, checks: { store: 'gone' } };
    expect(await httpNotReady(url)).to.equal(undefined);
    answer = { status: 503, checks: {} };
    expect(await httpNotReady(url)).to.match(/answers 503/);
  });

  it('is complete once all its checks pass, those that it does not need too', async () => {
    answer = { status: 200, checks: { ingest: 'ok', store: 'gone' } };
    expect(await httpNotComplete(url)).to.match(/"store":"gone"/);
    answer = { status: 200, checks: { ingest: 'ok', store: 'ok' } };
    expect(await httpNotComplete(url)).to.equal(undefined);
  });
});

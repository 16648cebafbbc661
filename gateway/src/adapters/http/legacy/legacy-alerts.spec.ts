import { Code } from '@connectrpc/connect';
import type { Alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import { runGateway } from '../../../testing/running-gateway.ts';

const alert = { video: '/videos/a.avi', timestamp: 1748871320.68, store: 'store-42' };

async function runWithStore() {
  const alerts: Alert[] = [];
  const gateway = await runGateway({
    ingest: {
      async createAlert({ alert: received }) {
        if (received === undefined) throw invalidArgument([{ field: 'alert', description: 'is required' }]);
        const duplicate = alerts.some(({ uid }) => uid === received.uid);
        alerts.push(received);
        return { uid: received.uid, duplicate, traceId: 't' };
      },
    },
  });
  const post = (path: string, body: unknown, headers = { 'content-type': 'application/json' }) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    });
  return { alerts, post, gateway, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

describe('clients of the systems that Vigie replaces', () => {
  it('post to /alert with uid and to /alerts with uuid', async () => {
    await using server = await runWithStore();
    const first = await server.post('/alert', { uid: 'a', ...alert });
    expect(first.status).to.equal(200);
    expect(await first.json()).to.deep.equal({ uid: 'a', duplicate: false, traceId: 't' });
    const second = await server.post('/alerts', { uuid: 'b', ...alert });
    expect(await second.json()).to.deep.equal({ uid: 'b', duplicate: false, traceId: 't' });
    const again = await server.post('/alerts', { uuid: 'b', ...alert });
    expect(await again.json()).to.deep.include({ uid: 'b', duplicate: true });
    expect(server.alerts[0]).to.include({ uid: 'a', ...alert });
  });

  it('may use the name of the other system, and each path prefers its own', async () => {
    await using server = await runWithStore();
    await server.post('/alert', { uuid: 'a', ...alert });
    await server.post('/alerts', { uid: 'b', ...alert });
    await server.post('/alert', { uid: 'c', uuid: 'x', ...alert });
    await server.post('/alerts', { uid: 'x', uuid: 'd', ...alert });
    expect(server.alerts.map(({ uid }) => uid)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('may send other fields, a numeric string as timestamp, and no content type', async () => {
    await using server = await runWithStore();
    const own = { camera: { id: 7 }, labels: ['a'], __proto__: null };
    const body = { uid: 'a', ...alert, timestamp: '1748871320.68', ...own };
    const response = await server.post('/alert', JSON.stringify(body), { 'content-type': '' });
    expect(response.status).to.equal(200);
    expect(server.alerts[0]?.timestamp).to.equal(1748871320.68);
    await server.post('/alerts', { uuid: 'b', ...alert, labels: { camera: '3' } });
    expect(server.alerts.map(({ labels }) => labels)).to.deep.equal([{}, {}]);
  });

  it('are answered which field is wrong', async () => {
    await using server = await runWithStore();
    const response = await server.post('/alert', { uid: 7, ...alert, timestamp: 'noon' });
    expect(response.status).to.equal(400);
    const text = await response.text();
    expect(text).to.contain('"field":"uid"').and.contain('"field":"timestamp"');
    for (const body of ['[]', '"x"', '']) expect((await server.post('/alerts', body)).status).to.equal(400);
    expect((await server.post('/alerts', '{"uid":')).status).to.equal(400);
  });

  it('are told of a wrong uid by the name that they give to it', async () => {
    await using gateway = await runGateway({
      ingest: {
        createAlert: async ({ alert: received }) => {
          throw invalidArgument([{ field: received?.uid === '' ? 'uid' : 'store', description: 'is required' }]);
        },
      },
    });
    for (const [path, body, field] of [
      ['/alerts', { uuid: 7, ...alert }, 'uuid'],
      ['/alerts', { uid: 7, ...alert }, 'uid'],
      ['/alert', { uuid: '', ...alert }, 'uuid'],
      ['/alerts', alert, 'uuid'],
      ['/alert', alert, 'uid'],
      ['/alerts', { uuid: 'a', ...alert }, 'store'],
    ] as const) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${gateway.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
      expect(await response.text(), JSON.stringify(body)).to.contain(`"field":"${field}"`);
    }
  });

  it('are answered that only POST is allowed', async () => {
    await using server = await runWithStore();
    const response = await fetch(`${server.gateway.url}/alerts`);
    expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('get the answer of the service', async () => {
    await using gateway = await runGateway({
      ingest: {
        createAlert: async () => {
          throw rpcError(Code.ResourceExhausted, 'Full.', { reason: 'FULL', retryDelayMs: 2_000 });
        },
      },
    });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${gateway.url}/alert`, { method: 'POST', body: '{}', headers });
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([429, '2']);
  });

  it('may be a thousand at a time, each on a connection of its own, also with the same uid', async () => {
    await using server = await runWithStore();
    const responses = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        fetch(`${server.gateway.url}/${index % 2 === 0 ? 'alert' : 'alerts'}`, {
          method: 'POST',
          body: JSON.stringify({ uid: `u${index % 500}`, ...alert }),
          headers: { connection: 'close', 'content-type': 'application/json' },
        }).then(async response => [response.status, await response.json()] as const),
      ),
    );
    expect(responses.every(([status]) => status === 200)).to.equal(true);
    const firsts = responses.filter(([, body]) => !(body as { duplicate: boolean }).duplicate);
    expect(firsts).to.have.lengthOf(500);
  });
});

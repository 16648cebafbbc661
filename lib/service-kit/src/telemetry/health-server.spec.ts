import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Health } from './health.ts';
import { startHealthServer } from './health-server.ts';
import { createMetrics } from './metrics.ts';

const PATHS = ['/healthz', '/readyz', '/metrics'];

describe('the health server', () => {
  let server: Awaited<ReturnType<typeof startHealthServer>>;
  let health: Health;

  before(async () => {
    health = new Health();
    health.enter('running');
    server = await startHealthServer({
      ...{ host: '127.0.0.1', port: 0, health, metrics: createMetrics('spec') },
      allowedHosts: ['store-svc', '*.vigie.svc.cluster.local'],
    });
  });
  after(() => server[Symbol.asyncDispose]());

  async function get(path: string, host: string) {
    const request = httpRequest({ port: server.port, path, headers: { host, origin: `http://${host}` } }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  for (const host of [
    '127.0.0.1:9053',
    '10.0.0.7:9053',
    '[::1]:9053',
    'localhost:9053',
    'Store-Svc:9053',
    'store-svc-0.vigie.svc.cluster.local.:9053',
  ]) {
    it(`answers as ${host}, and lets no page of another site read it`, async () => {
      for (const path of PATHS) {
        const { status, headers } = await get(path, host);
        expect(status, path).to.equal(200);
        expect(headers).not.to.have.property('access-control-allow-origin');
      }
    });
  }

  for (const host of [
    'evil.example',
    'store-svc.evil.example:9053',
    '127.0.0.1.evil.example',
    'vigie.svc.cluster.local',
  ]) {
    it(`tells nothing as ${host}`, async () => {
      for (const path of PATHS) {
        const { status, body } = await get(path, host);
        expect(status, path).to.equal(403);
        expect(body).to.contain('ALLOWED_HOSTS').and.not.contain('process_');
      }
    });
  }

  it('answers probes and scrapes while a thousand connections are open that ask nothing', async () => {
    const idle = await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        return socket;
      }),
    );
    for (const path of PATHS) expect((await get(path, '127.0.0.1')).status, path).to.equal(200);
    for (const socket of idle) socket.destroy();
  });

  it('answers a client that names no host, as no browser does', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET /healthz HTTP/1.0\r\n\r\n');
    expect(await text(socket)).to.match(/^HTTP\/1\.1 200 /);
  });
});

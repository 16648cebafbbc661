import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { makeCertificates, temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { readConfig } from './config.ts';
import { FakeOutcomes } from './testing/fake-outcomes.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const HSTS = 'strict-transport-security';
const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

describe('the headers of answers to browsers', () => {
  const teardown = new AsyncDisposableStack();
  const services = {
    store: {
      getAlert: async ({ uid }: { readonly uid: string }) => ({ uid }),
      watchAlerts: new FakeOutcomes().watchAlerts,
    },
    probe: { getPoster: async () => ({ contentType: 'image/jpeg', data: Buffer.from('a poster') }) },
  };
  let gateway: RunningGateway;
  let ca: string;

  before(async () => {
    const certificates = await makeCertificates(teardown.use(await temporaryDir()).path, { hosts: ['127.0.0.1'] });
    ca = certificates.authority;
    const { allowedHosts, trustedProxies } = readConfig({
      ALLOWED_HOSTS: 'api.example.com',
      TRUSTED_PROXIES: '127.0.0.2',
    });
    gateway = teardown.use(await runGateway(services, { keyPairPaths: certificates, allowedHosts, trustedProxies }));
  });
  after(() => teardown.disposeAsync());

  async function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
    const request = httpsRequest(`${gateway.url}${path}`, { method, headers, ca, servername: '', agent: false });
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
    response.destroy();
    return response.headers;
  }

  for (const [what, path, method] of [
    ['an alert', '/v1/alerts/a', 'GET'],
    ['what is not there', '/nowhere', 'GET'],
    ['a stream', '/v1/alerts:watch', 'GET'],
    ['a call over Connect', '/vigie.alert.v1.AlertService/GetAlert?encoding=json&message=%7B%7D', 'GET'],
    ['a request that is refused', '/alert', 'GET'],
  ] as const) {
    it(`keep ${what} from being stored, guessed and embedded`, async () => {
      expect(await get(path, {}, method)).to.include({ ...COMMON, 'cache-control': 'no-store' });
    });
  }

  it('leave what has caching of its own with that', async () => {
    for (const path of ['/', '/docs', '/docs/swagger-ui.js', '/openapi.json']) {
      const headers = await get(path);
      expect(headers, path).to.include({ ...COMMON, 'cache-control': 'no-cache', 'x-frame-options': 'DENY' });
      expect(await get(path, { 'if-none-match': String(headers.etag) })).to.include({ 'cache-control': 'no-cache' });
    }
    expect((await get('/docs'))['content-security-policy']).to.contain("frame-ancestors 'none'");
  });

  it('tell browsers to use TLS, only for names that are not everybody’s', async () => {
    expect((await get('/', { host: 'api.example.com' }))[HSTS]).to.equal('max-age=15552000');
    expect((await get('/nowhere', { host: 'api.example.com:443' }))[HSTS]).to.equal('max-age=15552000');
    for (const host of ['127.0.0.1', 'localhost:8000', 'app.localhost', '[::1]:8000']) {
      expect((await get('/', { host }))[HSTS], host).to.equal(undefined);
    }
  });

  it('tell nothing of TLS without it, unless a trusted proxy does', async () => {
    const config = readConfig({ TRUSTED_PROXIES: '127.0.0.1', ALLOWED_HOSTS: '*', HSTS_MAX_AGE_SECONDS: '60' });
    const { trustedProxies, allowedHosts, hstsMaxAgeSeconds } = config;
    for (const [proxies, headers, wanted] of [
      [trustedProxies, { 'x-forwarded-proto': 'https' }, 'max-age=60'],
      [trustedProxies, { 'x-forwarded-proto': 'http' }, undefined],
      [trustedProxies, {}, undefined],
      [[], { 'x-forwarded-proto': 'https' }, undefined],
    ] as const) {
      await using plain = await runGateway({}, { trustedProxies: proxies, allowedHosts, hstsMaxAgeSeconds });
      const request = httpRequest(plain.url, { headers: { host: 'api.example.com', ...headers }, agent: false });
      const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
      expect(response.resume().headers[HSTS]).to.equal(wanted);
    }
  });

  it('let sites show posters that may call, and no others', async () => {
    const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: 'https://console.example.com' });
    for (const [origins, wanted] of [
      [allowedOrigins, 'cross-origin'],
      [[], 'same-origin'],
    ] as const) {
      await using plain = await runGateway(services, { allowedOrigins: origins });
      const { headers } = await fetch(`${plain.url}/v1/media:poster?video=/videos/a.mp4`);
      expect(headers.get('cross-origin-resource-policy')).to.equal(wanted);
      expect(headers.get('cache-control')).to.match(/^private, max-age=/);
    }
  });

  it('are none of gRPC’s', async () => {
    const session = connect(gateway.url, { ca });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/vigie.alert.v1.AlertService/GetAlert',
      'content-type': 'application/grpc',
    });
    stream.end(Buffer.from([0, 0, 0, 0, 3, 10, 1, 0x61]));
    const [headers] = await once(stream.resume(), 'response');
    expect(Object.keys(headers).sort()).to.deep.equal([
      ':status',
      'content-type',
      'date',
      'grpc-accept-encoding',
      'trace-id',
    ]);
    session.destroy();
  });
});

import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { expect } from 'chai';
import { readConfig } from '../../config.ts';
import { type RunningGateway, runGateway } from '../../testing/running-gateway.ts';

const CREATE = '/vigie.alert.v1.AlertService/CreateAlert';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('web pages', () => {
  let gateway: RunningGateway;
  before(async () => {
    const { allowedHosts } = readConfig({ ALLOWED_HOSTS: 'api.example.com, *.shop.example' });
    gateway = await runGateway(
      { ingest: { createAlert: async () => ({}) }, store: { getAlert: async ({ uid }) => ({ uid }) } },
      { allowedHosts, allowedOrigins: ['https://console.example.com'] },
    );
  });
  after(() => gateway[Symbol.asyncDispose]());

  async function send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string) {
    const request = httpRequest(`${gateway.url}${path}`, { method, headers }).end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, headers: response.headers, text };
  }

  const hosts: readonly (readonly [string, number])[] = [
    ['127.0.0.1:8000', 200],
    ['192.0.2.1', 200],
    ['[::1]:8000', 200],
    ['localhost', 200],
    ['LOCALHOST.:8000', 200],
    ['app.localhost:8000', 200],
    ['gateway:8000', 200],
    ['api.example.com', 200],
    ['eu.shop.example:443', 200],
    ['shop.example', 403],
    ['evil.example', 403],
    ['localhost.evil.example:8000', 403],
    ['127.0.0.1.evil.example', 403],
    ['[::1].evil.example', 403],
  ];
  for (const [host, status] of hosts) {
    it(`${status === 200 ? 'reach' : 'never reach'} the gateway as ${host}`, async () => {
      for (const path of ['/v1/alerts/a', `/vigie.alert.v1.AlertService/GetAlert?encoding=json&message=%7B%7D`]) {
        const answer = await send('GET', path, { host });
        expect(answer.status, path).to.equal(status);
        if (status === 403) expect(answer.text).to.contain('HOST_NOT_ALLOWED').and.contain('ALLOWED_HOSTS');
      }
    });
  }

  it('never reach it by another name over HTTP/2', async () => {
    const session = connect(gateway.url);
    for (const [authority, status] of [
      ['localhost:8000', 200],
      ['evil.example:8000', 403],
    ]) {
      const stream = session.request({ ':path': '/v1/alerts/a', ':authority': `${authority}` }).resume();
      const [headers] = await once(stream, 'response');
      expect(headers[':status'], `${authority}`).to.equal(status);
    }
    session.close();
  });

  for (const [what, path, type] of [
    ['REST', '/v1/alerts', 'application/json'],
    ['old clients', '/alert', 'application/x-www-form-urlencoded'],
    ['old clients without a type', '/alerts', ''],
    ['Connect', CREATE, 'application/json'],
    ['gRPC-Web', CREATE, 'application/grpc-web+proto'],
  ] as const) {
    it(`of other sites change nothing: ${what}`, async () => {
      for (const origin of [
        'http://evil.example',
        'null',
        'http://127.0.0.1:1',
        'https://console.example.com.evil.example',
      ]) {
        const answer = await send('POST', path, { origin, 'content-type': type }, '{"uid":"a"}');
        expect(answer.status, origin).to.equal(403);
        expect(answer.text).to.contain('ORIGIN_NOT_ALLOWED').and.contain('ALLOWED_ORIGINS');
      }
    });
  }

  it('of the same site, and clients that are no page, may call', async () => {
    const body = '{"uid":"a","video":"/a.mp4","timestamp":1,"store":"s"}';
    for (const headers of [{}, { host: 'localhost:8000', origin: 'http://localhost:8000' }]) {
      expect((await send('POST', '/v1/alerts', { ...JSON_TYPE, ...headers }, body)).status).to.equal(202);
    }
  });

  it('of a site that is allowed may call, and read the answer', async () => {
    const origin = 'https://console.example.com';
    const preflight = await send('OPTIONS', CREATE, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'connect-protocol-version,content-type,idempotency-key',
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers['access-control-allow-headers']?.toLowerCase().split(',')).to.include.members([
      'connect-protocol-version',
      'content-type',
      'idempotency-key',
    ]);
    const answer = await send('POST', CREATE, { ...JSON_TYPE, origin }, '{}');
    expect([answer.status, answer.headers['access-control-allow-origin']]).to.deep.equal([200, origin]);
    expect(answer.headers['access-control-expose-headers']?.split(',')).to.include('idempotency-replayed');
    const other = await send('OPTIONS', CREATE, {
      origin: 'http://evil.example',
      'access-control-request-method': 'POST',
    });
    expect(other.headers['access-control-allow-origin']).to.equal(undefined);
  });
});

import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { newApiKey } from '@vigie/access';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const AUTHORIZATION = `Bearer ${newApiKey()}`;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SENT = {
  authorization: AUTHORIZATION,
  'x-tenant': 'acme',
  'x-notes-bin': 'AAEC, Aw',
  tracestate: 'vendor=1',
  traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
};
/** Of the protocols, of HTTP and of connections; a client's library adds some of its own. */
const NEVER =
  /^(:|accept|connect|content-|grpc-(?!accept-encoding)|host$|if-|keep-alive|origin|sec-|te$|transfer-|upgrade|x-grpc)/;

describe("the caller's metadata", () => {
  let gateway: RunningGateway;
  let seen: Headers[];

  before(async () => {
    const note = (header: Headers) => void seen.push(new Headers(header));
    gateway = await runGateway({
      identifyApiKey: async () => ({ identity: { scopes: ['admin'] } }),
      ingest: {
        async createAlert(_request, { header }) {
          note(header);
          return {};
        },
      },
      store: {
        async getAlert(_request, { header }) {
          note(header);
          return {};
        },
      },
      probe: {
        async probeStream(_requests, { header }) {
          note(header);
          return {};
        },
      },
    });
  });
  beforeEach(() => {
    seen = [];
  });
  after(() => gateway[Symbol.asyncDispose]());

  function expectMetadata(): void {
    expect(seen).not.to.deep.equal([]);
    for (const header of seen) {
      expect(header.get('authorization')).to.equal(AUTHORIZATION);
      expect(header.get('x-tenant')).to.equal('acme');
      expect(header.get('x-notes-bin')?.replaceAll('=', '')).to.equal('AAEC, Aw');
      expect(header.get('tracestate')).to.equal('vendor=1');
      expect(header.get('traceparent')).to.match(new RegExp(`^00-${TRACE_ID}-`));
      expect([...header.keys()].filter(name => NEVER.test(name))).to.deep.equal([]);
    }
  }

  for (const [name, open] of [
    ['gRPC', (baseUrl: string) => createGrpcTransport({ baseUrl })],
    ['gRPC-Web', (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
    ['Connect', (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '2' })],
  ] as const) {
    it(`travels on over ${name}, for single answers and streams`, async () => {
      const client = createClient(AlertService, open(gateway.url));
      await client.getAlert({}, { headers: SENT });
      const videos = createClient(VideoService, open(gateway.url));
      await videos.probeStream(yieldAll([{ chunk: new Uint8Array(1) }]), { headers: SENT });
      expect(seen).to.have.lengthOf(2);
      expectMetadata();
    });
  }

  it('travels on over REST and the old paths', async () => {
    const alert = { uid: 'a', video: '/a.mp4', timestamp: 1, store: 's' };
    const headers = { ...SENT, 'content-type': 'application/json', 'if-none-match': '"x"' };
    await fetch(`${gateway.url}/v1/alerts/a`, { headers: { ...SENT, connection: 'keep-alive' } });
    await fetch(`${gateway.url}/v1/alerts`, { method: 'POST', headers, body: JSON.stringify(alert) });
    await fetch(`${gateway.url}/alert`, { method: 'POST', headers, body: JSON.stringify(alert) });
    expect(seen).to.have.lengthOf(3);
    expectMetadata();
  });

  it('that gRPC can not carry is left behind, and the call goes on', async () => {
    const answer = await fetch(`${gateway.url}/v1/alerts/a`, { headers: { 'x-name': 'Zoë', 'x-raw-bin': '???' } });
    expect(answer.status).to.equal(200);
    expect(seen[0]?.has('x-name') || seen[0]?.has('x-raw-bin')).to.equal(false);
  });
});

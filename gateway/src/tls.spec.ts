import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { create, toBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { Client, credentials } from '@grpc/grpc-js';
import { makeCertificates, type ScratchCertificates, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { AlertService, GetAlertRequestSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { FakeOutcomes } from './testing/fake-outcomes.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const HOSTS = ['localhost', '127.0.0.1'];

describe('the gateway over TLS', () => {
  const trusted = getCACertificates('default');
  const outcomes = new FakeOutcomes();
  let teardown: AsyncDisposableStack;
  let inUse: ScratchCertificates;
  let next: ScratchCertificates;
  let gateway: RunningGateway;

  beforeEach(async () => {
    teardown = new AsyncDisposableStack();
    inUse = await makeCertificates(teardown.use(await temporaryDir()).path, { hosts: HOSTS });
    next = await makeCertificates(teardown.use(await temporaryDir()).path, { hosts: HOSTS });
    gateway = teardown.use(
      await runGateway(
        { store: { getAlert: async ({ uid }) => ({ uid }), watchAlerts: outcomes.watchAlerts } },
        { keyPairPaths: inUse },
      ),
    );
    setDefaultCACertificates([...trusted, inUse.authority]);
  });
  afterEach(() => {
    setDefaultCACertificates(trusted);
    return teardown.disposeAsync();
  });

  async function metric(name: string): Promise<number> {
    const text = await gateway.metrics.metrics();
    const line = text.split('\n').find(each => each.startsWith(name)) ?? '';
    return Number(line.split(' ').at(-1));
  }

  it('answers by every protocol', async () => {
    const rest = await fetch(`${gateway.url}/v1/alerts/rest`);
    expect(await rest.json()).to.include({ uid: 'rest' });
    for (const transport of [
      createGrpcTransport({ baseUrl: gateway.url }),
      createConnectTransport({ baseUrl: gateway.url, httpVersion: '1.1' }),
      createConnectTransport({ baseUrl: gateway.url, httpVersion: '2' }),
    ]) {
      expect(await createClient(AlertService, transport).getAlert({ uid: 'a' })).to.include({ uid: 'a' });
    }
  });

  it('answers clients of grpc-js', async () => {
    const client = new Client(`127.0.0.1:${gateway.port}`, credentials.createSsl(Buffer.from(inUse.authority)));
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        '/vigie.alert.v1.AlertService/GetAlert',
        (request: Uint8Array) => Buffer.from(request),
        (bytes: Buffer) => bytes,
        toBinary(GetAlertRequestSchema, create(GetAlertRequestSchema, { uid: 'js' })),
        (error, found) => (error === null && found !== undefined ? resolve(found) : reject(error)),
      );
    });
    expect(answer.toString('latin1')).to.contain('js');
    client.close();
  });

  it('takes up another certificate while a watch goes on, and refuses a broken one', async () => {
    const session = connectHttp2(gateway.url);
    const watch = session.request({ ':path': '/v1/alerts:watch' });
    await readUntil(watch, 'READY');
    const expires = await metric('vigie_tls_certificate_expires_seconds');
    expect(expires - Date.now() / 1_000).to.be.closeTo(2 * 86_400, 3_600);

    await copyFile(next.keyFile, inUse.keyFile);
    await waitFor(
      'the refusal',
      async () => (await metric('vigie_tls_reloads_total{result="failed"')) === 1 || undefined,
    );
    expect(gateway.errors).to.have.length(1);
    expect((await fetch(`${gateway.url}/v1/alerts/a`)).status).to.equal(200);

    await copyFile(next.certFile, inUse.certFile);
    await waitFor(
      'the other',
      async () => (await metric('vigie_tls_reloads_total{result="succeeded"')) === 1 || undefined,
    );
    const other = connectHttp2(gateway.url, { ca: next.authority });
    await once(other, 'connect');
    other.close();
    outcomes.report('since');
    await readUntil(watch, 'since');
    session.destroy();
  });

  it('does not start with files that can not be used', async () => {
    const refusal = await runGateway({}, { keyPairPaths: { certFile: inUse.certFile, keyFile: next.keyFile } }).then(
      () => '',
      String,
    );
    expect(refusal).to.match(/server\.pem and .*server\.key: .*mismatch/);
  });
});

async function readUntil(stream: ClientHttp2Stream, wanted: string): Promise<void> {
  let text = '';
  while (!text.includes(wanted)) text += (await once(stream, 'data'))[0];
}

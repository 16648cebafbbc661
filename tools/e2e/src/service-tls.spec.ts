import { writeFile } from 'node:fs/promises';
import { createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { ServiceName } from '@vigie/dev-env/services';
import {
  type ScratchCertificates,
  serviceTlsVariables,
  temporaryDir,
  waitFor,
  writeServiceCertificates,
} from '@vigie/dev-env/testing';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, newAlert, postJson } from './rest-client.ts';
import { SteadyLoad } from './steady-load.ts';

const DAYS = 2;
const CALLED: readonly ServiceName[] = ['ingest-svc', 'probe-svc', 'store-svc', 'access-svc'];

describe('a mesh whose services speak TLS to one another', function () {
  this.timeout(300_000);
  const teardown = new AsyncDisposableStack();
  let inUse: ScratchCertificates;
  let next: ScratchCertificates;
  before(async () => {
    const certify = async () => writeServiceCertificates(teardown.use(await temporaryDir()).path, DAYS);
    [inUse, next] = [await certify(), await certify()];
  });
  after(() => teardown.disposeAsync());
  const mesh = useMesh(() => ({
    replicas: { 'ingest-svc': 2 },
    env: serviceTlsVariables(inUse),
    // So that connections are made anew all the time.
    serviceEnv: Object.fromEntries(CALLED.map(name => [name, { MAX_CONNECTION_AGE_MS: '1000' }])),
  }));

  /** Whether a service answers a question that everybody may ask. */
  async function askHealth(name: ServiceName, options: { ca?: string; cert?: string; key?: string }): Promise<string> {
    const scheme = options.ca === undefined ? 'http' : 'https';
    const baseUrl = `${scheme}://${mesh().service(name).address}`;
    const transport: Transport = createGrpcTransport({ baseUrl, nodeOptions: options });
    try {
      await createClient(HealthService, transport).check({}, { timeoutMs: 10_000 });
      return 'an answer';
    } catch {
      return 'no answer';
    }
  }

  it('processes alerts', async () => {
    const alert = newAlert();
    expect((await postJson(`${mesh().url}/v1/alerts`, alert)).status).to.equal(202);
    expect((await finishedAlert(mesh().url, alert.uid)).status).to.equal('PROCESSED');
  });

  for (const name of CALLED) {
    it(`answers nobody at ${name} who shows no certificate of theirs`, async () => {
      const { authority: ca, cert, key } = inUse;
      expect(await askHealth(name, { ca, cert, key })).to.equal('an answer');
      expect(await askHealth(name, {})).to.equal('no answer');
      expect(await askHealth(name, { ca })).to.equal('no answer');
      expect(await askHealth(name, { ca, cert: next.cert, key: next.key })).to.equal('no answer');
    });
  }

  it('takes up another authority and certificates of it, while alerts come in', async () => {
    const load = new SteadyLoad('store-tls');
    const { address } = mesh().service('gateway');
    using transport = new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: 10_000 });
    load.runUnary(transport);
    load.runStream(transport);
    load.runRest([mesh().url]);

    const both = inUse.authority + next.authority;
    const steps: readonly (readonly (readonly [file: string, text: string])[])[] = [
      [[inUse.authorityFile, both]],
      [
        [inUse.certFile, next.cert],
        [inUse.keyFile, next.key],
      ],
      [[inUse.authorityFile, next.authority]],
    ];
    for (const [index, files] of steps.entries()) {
      for (const [file, text] of files) await writeFile(file, text);
      await waitFor('all services', async () => ((await fewestReloads()) > index ? true : undefined));
      const { rest } = load.answers;
      await waitFor('more answers', () => load.answers.rest > rest + 15 || undefined);
    }
    await load.stop();

    expect(load.noticed).to.deep.equal([]);
    for (const uid of load.accepted) expect((await finishedAlert(mesh().url, uid)).status).to.equal('PROCESSED');
    for (const name of CALLED) {
      const { authority: ca } = next;
      expect(await askHealth(name, { ca, cert: next.cert, key: next.key }), name).to.equal('an answer');
      expect(await askHealth(name, { ca, cert: inUse.cert, key: inUse.key }), name).to.equal('no answer');
    }
  });

  async function fewestReloads(): Promise<number> {
    const counts = mesh().services.map(async ({ healthUrl }) => {
      const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
      return Number(/^vigie_service_tls_reloads_total\{result="succeeded".*\} (\d+)$/m.exec(metrics)?.[1]);
    });
    return Math.min(...(await Promise.all(counts)));
  }
});

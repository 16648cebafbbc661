import type { ServiceName } from '@vigie/dev-env/services';
import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

/** Longer than a server's silence takes to be noticed. */
const PATIENCE_MS = 60_000;

describe('readiness', () => {
  const mesh = useMesh({ env: { RETRY_BASE_MS: '100' } });
  const ask = (name: ServiceName, path: string) => getJson(`${mesh().service(name).healthUrl}/${path}`);

  /** A part that is broken, which check of which service has to say so, and what the gateway can still serve. */
  const cases = [
    {
      part: 'nats',
      dependents: { 'ingest-svc': 'nats', 'probe-svc': 'nats', 'store-svc': 'nats', gateway: 'ingest' },
      served: ['GetAlert', 'ListAlerts', 'ProbeVideo'],
    },
    {
      part: 'postgres',
      dependents: { 'store-svc': 'postgres', 'probe-svc': 'store', gateway: 'store' },
      served: ['CreateAlert', 'WatchAlerts', 'ProbeVideo'],
    },
    {
      part: 'store-svc',
      dependents: { 'probe-svc': 'store', gateway: 'store' },
      served: ['CreateAlert', 'ProbeVideo'],
    },
    {
      part: 'probe-svc',
      dependents: { gateway: 'probe' },
      served: ['CreateAlert', 'GetAlert', 'ListAlerts', 'WatchAlerts'],
    },
    {
      part: 'ingest-svc',
      dependents: { gateway: 'ingest' },
      served: ['GetAlert', 'ListAlerts', 'WatchAlerts', 'ProbeVideo'],
    },
  ] as const;

  const METHODS = {
    CreateAlert: 'vigie.alert.v1.AlertService',
    GetAlert: 'vigie.alert.v1.AlertService',
    ListAlerts: 'vigie.alert.v1.AlertService',
    WatchAlerts: 'vigie.alert.v1.AlertService',
    ProbeVideo: 'vigie.video.v1.VideoService',
  };

  /** Those of `METHODS` that the gateway can serve, by its `grpc.health.v1`. */
  async function servedMethods(): Promise<string[]> {
    const statuses = await Promise.all(
      Object.entries(METHODS).map(async ([name, service]) => {
        const check = { service: `${service}/${name}` };
        const { json } = await postJson(`${mesh().url}/grpc.health.v1.Health/Check`, check);
        return { name, status: json.status };
      }),
    );
    return statuses.filter(({ status }) => status === 'SERVING').map(({ name }) => name);
  }

  const partOf = (name: (typeof cases)[number]['part']) => {
    const part = name === 'nats' || name === 'postgres' ? mesh()[name] : mesh().service(name);
    if (part === undefined) throw new Error(`this mesh has no ${name} of its own`);
    return part;
  };

  for (const { part: name, dependents, served } of cases) {
    const services = Object.entries(dependents) as [ServiceName, string][];
    // The gateway is ready as long as it can accept alerts, so that a balancer keeps it.
    const isAccepting = served.some(method => method === 'CreateAlert');
    const statusOf = (service: ServiceName) => (service === 'gateway' && isAccepting ? 200 : 503);
    for (const how of ['frozen', 'killed'] as const) {
      it(`reports that ${name} is ${how} while the service lives, and recovers by itself`, async () => {
        const part = partOf(name);
        part.kill(how === 'frozen' ? 'SIGSTOP' : 'SIGKILL');
        try {
          for (const [service, check] of services) {
            const { checks } = await waitFor(
              `${service} to report ${check}`,
              async () => {
                const { status, json } = await ask(service, 'readyz');
                return status === statusOf(service) && json.checks[check] !== 'ok' ? json : undefined;
              },
              PATIENCE_MS,
            );
            expect(checks).to.include({ service: 'ok' });
            expect((await ask(service, 'healthz')).status).to.equal(200);
            if (service === 'gateway') expect(checks[check]).to.match(/can't serve \w/);
          }
          await waitFor(
            `exactly ${served.join(', ')} to be served`,
            async () => ((await servedMethods()).join() === served.join() ? true : undefined),
            PATIENCE_MS,
          );
        } finally {
          part.kill('SIGCONT');
          if (how === 'killed') await part.waitUntilExited();
          await part.start();
        }
        for (const [service] of services) {
          await waitFor(
            `${service} to be ready`,
            async () => {
              const { status, json } = await ask(service, 'readyz');
              return status === 200 && Object.values(json.checks).every(state => state === 'ok') ? true : undefined;
            },
            PATIENCE_MS,
          );
        }
        const alert = newAlert();
        expect((await postJson(`${mesh().url}/v1/alerts`, alert)).status).to.equal(202);
        expect(await finishedAlert(mesh().url, alert.uid)).to.include({ status: 'PROCESSED' });
      });
    }
  }
});

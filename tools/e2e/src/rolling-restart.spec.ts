import { queryPostgres } from '@vigie/dev-env/servers';
import type { ServiceName, ServiceProcess } from '@vigie/dev-env/services';
import { waitFor } from '@vigie/dev-env/testing';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { SteadyLoad } from './steady-load.ts';

const STORE = 'store-rolling';

describe('a rolling restart under load', function () {
  this.timeout(600_000);
  const mesh = useMesh({
    replicas: { gateway: 2, 'ingest-svc': 2, 'probe-svc': 2, 'store-svc': 2 },
    // In it each client uses its connection, and is asked to open another, also on a slow machine.
    serviceEnv: { gateway: { LAME_DUCK_MS: '3000', SHUTDOWN_GRACE_MS: '6000' } },
  });

  const replicas = (name: ServiceName): [ServiceProcess, ServiceProcess] => [
    mesh().service(name, 1),
    mesh().service(name, 2),
  ];

  /** What a client's connection leaves in the metrics of a replica: the watch of its health, or its requests. */
  async function clientsOf({ service, healthUrl }: ServiceProcess): Promise<number> {
    const text = await (await fetch(`${healthUrl}/metrics`)).text();
    const sample =
      service === 'gateway'
        ? /^http_server_requests_total\{.*route="\/vigie.alert.v1.AlertService\/CreateAlert".*status="200".*\} (\d+)/m
        : /^grpc_server_in_flight\{method="\/grpc.health.v1.Health\/Watch".*\} (\d+)/m;
    return Number(sample.exec(text)?.[1] ?? 0);
  }

  async function restart(replica: ServiceProcess, clients: number): Promise<void> {
    const exited = replica.waitUntilExited();
    replica.kill('SIGTERM');
    expect(await exited, replica.log.lastLines(5).join('\n')).to.deep.equal({ code: 0, signal: null });
    await replica.start();
    // A client whose reconnect is still to come has only the other replica, which is next.
    await waitFor(`the clients of ${replica.name}`, async () =>
      (await clientsOf(replica)) >= clients ? true : undefined,
    );
  }

  it('shows no error to a client with the default retry policy, and loses no alert', async () => {
    const gateways = replicas('gateway');
    const load = new SteadyLoad(STORE);
    using transport = new ChannelTransport({
      address: `ipv4:${gateways.map(({ address }) => address).join(',')}`,
      services: [AlertService],
      defaultTimeoutMs: 10_000,
    });
    for (let client = 0; client < 2; client++) {
      load.runUnary(transport);
      load.runStream(transport);
      load.runRest(gateways.map(({ address }) => `http://${address}`));
    }

    for (const [name, clients] of [
      ['store-svc', 4],
      ['probe-svc', 2],
      ['ingest-svc', 2],
      ['gateway', 1],
    ] as const) {
      for (const replica of replicas(name)) await restart(replica, clients);
    }
    await load.stop();

    expect(load.noticed).to.deep.equal([]);
    for (const [kind, count] of Object.entries(load.answers)) expect(count, kind).to.greaterThan(10);
    await waitFor(
      'an outcome for each',
      async () => {
        const rows = await queryPostgres(
          mesh().addresses.databaseUrl,
          'select uid, status from alerts where store = $1',
          [STORE],
        );
        const finished = new Set(rows.filter(({ status }) => status === 'PROCESSED').map(({ uid }) => uid));
        return finished.size === rows.length && [...load.accepted].every(uid => finished.has(uid)) ? rows : undefined;
      },
      120_000,
    );
  });
});

import { randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { type BenchAlert, endlessAlerts } from '../bench-alert.ts';
import type { BenchOptions } from '../bench-options.ts';
import { bootMesh, type OwnMesh } from '../mesh-under-test.ts';
import { cpuSecondsOf } from '../neighbours/cpu-seconds.ts';
import { OutcomeWatch } from '../outcome-watch.ts';
import { openWay, type WayClient } from './way-client.ts';
import { type AcceptanceCpu, formatWays, sumRounds, type WayFigures } from './way-figures.ts';
import type { Way } from './ways.ts';

/**
 * Alerts of each way before the first round, if so many are measured: for V8 to compile the hot paths of all services.
 * A batch takes those of a call a hundredth as often.
 */
const MAX_WARM_UP_ALERTS = 10_000;

type OptionsOfWays = Pick<BenchOptions, 'alerts' | 'via' | 'batch' | 'rounds'>;

/**
 * Sends as many alerts by each way, in rounds in which each has its turn, and prints what their acceptance costs. What
 * follows is the same for all: probe-svc stands still meanwhile, and a round begins once it has finished those of the
 * last one.
 */
export async function compareWays(options: OptionsOfWays, say: (line: string) => void): Promise<void> {
  await using mesh = await bootMesh();
  await using resources = new AsyncDisposableStack();
  const store = `bench-${randomUUID()}`;
  const address = mesh.storeAddress;
  const transport = resources.use(
    new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: 10_000 }),
  );
  const watch = resources.use(await OutcomeWatch.start(createClient(AlertService, transport), store));
  const { gatewayUrl, adminKey: apiKey } = mesh;
  const clients = options.via.map(way => {
    return [way, resources.use(openWay(way, { gatewayUrl, apiKey, batch: options.batch }))] as const;
  });

  const warmUp = Math.min(options.alerts, MAX_WARM_UP_ALERTS);
  const rounds: WayFigures[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    const count = round === 0 ? warmUp : Math.ceil(options.alerts / options.rounds);
    for (const [way, client] of rotated(clients, round)) {
      const alerts = (await endlessAlerts(store)).take(count).toArray();
      const figures = await measure(mesh, way, client, alerts);
      await watch.waitFor(alerts.map(({ uid }) => uid));
      if (round > 0) rounds.push(figures);
    }
    if (round > 0) say(`Round ${round} of ${options.rounds} is over.`);
  }
  const sums = sumRounds(rounds);
  say(formatWays(options.via.flatMap(way => sums.filter(sum => sum.way === way))));
}

async function measure(mesh: OwnMesh, way: Way, client: WayClient, alerts: readonly BenchAlert[]): Promise<WayFigures> {
  using _ = mesh.freeze('probe-svc');
  const before = await acceptanceCpu(mesh);
  const startedAt = performance.now();
  const callMs = await client.send(alerts);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await acceptanceCpu(mesh);
  const cpuSeconds = {
    gateway: after.gateway - before.gateway,
    ingest: after.ingest - before.ingest,
    nats: after.nats - before.nats,
  };
  return { way, alerts: alerts.length, seconds, callMs, cpuSeconds };
}

async function acceptanceCpu(mesh: OwnMesh): Promise<AcceptanceCpu> {
  const [gateway, ingest, nats] = (await Promise.all(
    ['gateway', 'ingest-svc', 'nats'].map(name => cpuSecondsOf([mesh.pidOf(name)])),
  )) as [number, number, number];
  return { gateway, ingest, nats };
}

/** So that no way always comes after the same one. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import type { BenchOptions } from '../bench-options.ts';
import { bootMesh, type OwnMesh } from '../mesh-under-test.ts';
import { AlertFlow } from './alert-flow.ts';
import { measureCollected } from './gateway-memory.ts';
import { WatchClients } from './watch-clients.ts';
import { judgeWatches } from './watch-verdict.ts';

/** For V8 to compile the hot paths of all services. */
const WARM_UP_SECONDS = 10;
/** So that what all watches share is there before they are counted. */
const WARM_UP_WATCHES = 200;
/** Of calls that are no watches of the bench, such as health checks. */
const SPARE_STREAMS = 100;
const WATCH_ALERTS = '/vigie.alert.v1.AlertService/WatchAlerts';

/**
 * Opens watches at the gateway of a mesh of its own, and prints how much memory each takes and how quickly the gateway
 * answers other calls beside them.
 *
 * @returns whether every run stayed within the bounds of `watch-verdict.ts`
 */
export async function compareWatches(
  { watches, seconds }: BenchOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const [inspectorPort] = (await pickFreePorts(1)) as [number];
  const maxStreams = String(Math.max(...watches) + SPARE_STREAMS);
  await using mesh = await bootMesh({
    serviceEnv: {
      gateway: {
        NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
        ...{ MAX_STREAMS: maxStreams, MAX_STREAMS_PER_CALLER: maxStreams },
      },
    },
  });
  using flow = new AlertFlow(mesh);
  {
    await using _ = await WatchClients.open(mesh.gatewayUrl, WARM_UP_WATCHES);
    await flow.run(WARM_UP_SECONDS);
  }

  let areWithinBounds = true;
  for (const count of watches) {
    const { times } = await flow.run(seconds);
    const before = { times, memory: await measureCollected(inspectorPort) };
    const openedAt = performance.now();
    await using clients = await WatchClients.open(mesh.gatewayUrl, count);
    say(`${count} watches, begun within ${((performance.now() - openedAt) / 1_000).toFixed(1)} s`);
    const { times: timesDuring, uidsByStore } = await flow.run(seconds);
    const counts = await clients.countOutcomes(uidsByStore);
    const during = { times: timesDuring, memory: await measureCollected(inspectorPort) };
    const upstreamCalls = await countUpstreamCalls(mesh);
    const verdict = judgeWatches({ watches: count, before, during, counts, upstreamCalls });
    for (const line of verdict.lines) say(`  ${line}`);
    areWithinBounds &&= verdict.isWithinBounds;
  }
  return areWithinBounds;
}

async function countUpstreamCalls({ metricsUrls }: OwnMesh): Promise<number> {
  const text = await (await fetch(metricsUrls['store-svc'] as string)).text();
  return Number(new RegExp(`^grpc_server_in_flight\\{method="${WATCH_ALERTS}".*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

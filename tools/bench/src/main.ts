/**
 * `npm run bench`: drives the running mesh (or one of its own, if none runs) and prints how fast it is and what it
 * weighs.
 */
import { randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { type AcceptedAlert, endlessAlerts } from './bench-alert.ts';
import { type BenchOptions, parseBenchOptions, USAGE } from './bench-options.ts';
import { sendByGrpc } from './grpc-load.ts';
import { bootMesh, findMesh, type MeshUnderTest } from './mesh-under-test.ts';
import { compareNeighbours } from './neighbours/compare-neighbours.ts';
import { compareNoisy } from './noisy/compare-noisy.ts';
import { OutcomeWatch } from './outcome-watch.ts';
import { watchMemory } from './process-memory.ts';
import { measureReading } from './reading/measure-reading.ts';
import { formatReport } from './report.ts';
import { compareWatches } from './watches/compare-watches.ts';
import { compareWays } from './ways/compare-ways.ts';

/** Enough for V8 to compile the hot paths of all services. */
const WARM_UP_ALERTS = 500;

async function run(mesh: MeshUnderTest, options: BenchOptions): Promise<string> {
  const store = `bench-${randomUUID()}`;
  using transport = new ChannelTransport({
    address: mesh.storeAddress,
    services: [AlertService],
    defaultTimeoutMs: 10_000,
  });
  await using watch = await OutcomeWatch.start(createClient(AlertService, transport), store);

  const warmUp = (await endlessAlerts(store)).take(WARM_UP_ALERTS).toArray();
  await sendByGrpc(mesh, warmUp);
  await watch.waitFor(warmUp.map(({ uid }) => uid));

  const alerts = (await endlessAlerts(store)).take(options.alerts).toArray();
  await using memory = watchMemory(mesh);
  const startedAt = performance.now();
  const accepted: AcceptedAlert[] = await sendByGrpc(mesh, alerts);
  const acceptedMs = performance.now() - startedAt;
  const outcomes = await watch.waitFor(alerts.map(({ uid }) => uid));
  const endToEndMs = performance.now() - startedAt;
  return formatReport({ options, accepted, outcomes, acceptedMs, endToEndMs, memory: memory.peaks });
}

const options = parseBenchOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(USAGE);
  process.exit(2);
}
if (options.neighbours.length > 0) {
  await using mesh = await bootMesh();
  if (!(await compareNeighbours(mesh, options, console.log))) process.exitCode = 1;
} else if (options.watches.length > 0) {
  if (!(await compareWatches(options, console.log))) process.exitCode = 1;
} else if (options.noisy.length > 0) {
  if (!(await compareNoisy(options, console.log))) process.exitCode = 1;
} else if (options.via.length > 0) {
  await compareWays(options, console.log);
} else if (options.rows > 0) {
  if (!(await measureReading(options, console.log))) process.exitCode = 1;
} else {
  await using mesh = await findMesh(console.error);
  console.log(await run(mesh, options));
}

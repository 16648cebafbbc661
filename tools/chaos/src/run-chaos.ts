import { pause, poll, unlessAborted } from '@vigie/service-kit/async';
import { bootChaosMesh, type ChaosMesh } from './chaos-mesh.ts';
import type { ChaosOptions } from './chaos-options.ts';
import type { Breach } from './checker/breach.ts';
import { checkLedger } from './checker/check-ledger.ts';
import type { Findings } from './checker/findings.ts';
import { Ledger } from './checker/ledger.ts';
import { type Places, readFindings } from './checker/read-findings.ts';
import { Client } from './clients/client.ts';
import { openEntryPoints } from './clients/entry-points.ts';
import { Load } from './clients/load.ts';
import { FaultLog } from './fault-log.ts';
import { dealToLanes, planFaults } from './fault-schedule.ts';
import { findUnready } from './find-unready.ts';
import { compareFootprints, type Footprint, measureFootprints } from './footprint.ts';
import { injectFaults } from './inject-faults.ts';
import { countRepairs } from './repairs.ts';
import type { ChaosReport } from './report.ts';
import { SeededRandom } from './seeded-random.ts';
import { waitUntilIdle } from './wait-until-idle.ts';

export interface ChaosRun extends AsyncDisposable {
  readonly report: ChaosReport;
  readonly chaos: ChaosMesh;
}

export interface RunOptions {
  readonly options: ChaosOptions;
  /** Ends the run early, and the mesh with it. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Long enough for V8 to have compiled what it needs and for every pool to have its connections. */
const WARM_UP_MS = 8_000;
/** Longer than all retries of an alert together. */
const IDLE_TIMEOUT_MS = 150_000;
const ALL_RETRIES_MS = 60_000;
const UNREACHABLE_MIN_MS = 10_000;
const MANY_FAULTS = 10;
/** Longer than the gateway keeps a connection open on which nothing comes. */
const CALM_TIMEOUT_MS = 90_000;
const CALM_POLL_MS = 1_000;

/**
 * Boots a mesh, sends and breaks, heals, waits until it is idle, and checks. The mesh runs until the run is disposed
 * of.
 */
export async function runChaos({ options, signal, say }: RunOptions): Promise<ChaosRun> {
  await using stack = new AsyncDisposableStack();
  const random = new SeededRandom(options.seed);
  const log = new FaultLog(options.kinds.map(({ kind }) => kind));
  const { duration } = options;
  const rounds = 'rounds' in duration ? duration.rounds : undefined;
  const lanes = dealToLanes(planFaults(options.kinds, random.fork(), rounds), options.lanes);
  const chaos = await bootChaosMesh({ ...options, signal, teardown: stack });
  say(`The mesh is up, its logs are in ${chaos.logDir}.`);

  const entryPoints = openEntryPoints(chaos.mesh, chaos.operator, stack);
  const ledger = new Ledger();
  const client = new Client(ledger);
  const { alertsPerSecond } = options;
  const load = new Load({
    ...{ client, entryPoints, videos: chaos.videos, random: random.fork(), alertsPerSecond },
    unreachableMs: unreachableMs(options),
  });

  const loadEnd = new AbortController();
  const loading = load.run(AbortSignal.any([loadEnd.signal, signal]));
  await pause(WARM_UP_MS, signal);
  signal.throwIfAborted();
  const before = await measureFootprints(chaos.processes);

  const faultsEnd = 'minutes' in duration ? [AbortSignal.timeout(duration.minutes * 60_000)] : [];
  const { recoveryLimitMs } = options;
  const injecting = injectFaults(
    { chaos, client, entryPoints, lanes, log, recoveryLimitMs, say },
    AbortSignal.any([...faultsEnd, signal]),
  );
  // What is broken when the run is stopped need not be healed: it ends with the mesh.
  await unlessAborted(injecting, signal);
  say('Every fault is healed: waiting until the mesh is idle.');
  loadEnd.abort();
  await unlessAborted(loading, signal);
  const idleAfterMs = await unlessAborted(waitUntilIdle(chaos.operator, IDLE_TIMEOUT_MS), signal);

  const databaseUrl = chaos.mesh.postgres?.url as string;
  const places = { databaseUrl, operator: chaos.operator, gatewayUrl: chaos.mesh.url };
  const { findings, unkept } = await checkUntilSwept(ledger, places, chaos.sweptWithinMs);
  const breaches = [
    ...unkept,
    ...findLateRecoveries(log),
    ...(await findUnready(chaos.processes)),
    ...(await waitForFootprints(chaos, before)),
  ];
  const { unexpectedExits } = chaos.reviver;
  const repairs = await countRepairs(chaos.logDir);
  const report = { ...options, ledger, faults: log.kinds, findings, breaches, repairs, unexpectedExits, idleAfterMs };
  const owned = stack.move();
  return { report, chaos, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Checks until nothing is lost or the sweep has had its time to bring it back. */
async function checkUntilSwept(ledger: Ledger, places: Places, withinMs: number) {
  let last: { findings: Findings; unkept: Breach[] } | undefined;
  await poll(
    async () => {
      const findings = await readFindings(places);
      last = { findings, unkept: checkLedger(ledger, findings) };
      return last.unkept.length === 0 ? true : undefined;
    },
    { intervalMs: CALM_POLL_MS, timeoutMs: withinMs },
  );
  return last as NonNullable<typeof last>;
}

/** How long alerts for the unreachable video are sent. All their retries take a minute, in which faults go on. */
function unreachableMs({ duration, kinds }: ChaosOptions): number {
  if ('minutes' in duration)
    return WARM_UP_MS + Math.max(UNREACHABLE_MIN_MS, duration.minutes * 60_000 - ALL_RETRIES_MS);
  // A run of a few faults is over before.
  return duration.rounds * kinds.length < MANY_FAULTS ? 0 : WARM_UP_MS + UNREACHABLE_MIN_MS;
}

function findLateRecoveries(log: FaultLog): Breach[] {
  return [...log.kinds].flatMap(([kind, { recoveriesMs }]) =>
    recoveriesMs
      .filter(recoveryMs => recoveryMs === undefined)
      .map(() => ({ kind: 'no-recovery' as const, detail: `an alert sent after ${kind} was not finished in time` })),
  );
}

/** Connections close and memory is collected a while after the work. */
async function waitForFootprints({ processes }: ChaosMesh, before: ReadonlyMap<string, Footprint>): Promise<Breach[]> {
  let breaches: Breach[] = [];
  await poll(
    async () => {
      breaches = compareFootprints(before, await measureFootprints(processes));
      return breaches.length === 0 ? true : undefined;
    },
    { intervalMs: CALM_POLL_MS, timeoutMs: CALM_TIMEOUT_MS },
  );
  return breaches;
}

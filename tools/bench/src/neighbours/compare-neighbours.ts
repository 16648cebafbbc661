import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { endlessAlerts } from '../bench-alert.ts';
import type { BenchOptions } from '../bench-options.ts';
import type { OwnMesh } from '../mesh-under-test.ts';
import { BusyNeighbours } from './busy-neighbours.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';
import { SteadyLoad } from './steady-load.ts';
import { describePace, fairShare, isRecovered, judge, type Pace } from './verdict.ts';

/** For V8 to compile the hot paths of all services. */
const WARM_UP_MS = 10_000;
/** Until the pace is that of the changed machine. */
const SETTLING_MS = 5_000;
const RECOVERY_WINDOW_MS = 2_000;
/** When a mesh that doesn't recover is given up. */
const RECOVERY_PATIENCE_MS = 60_000;

/**
 * Keeps a mesh busy, starts neighbours beside it and ends them again, and prints how its pace compares with that of a
 * quiet machine.
 *
 * @returns whether every run stayed within the bounds of `verdict.ts`
 */
export async function compareNeighbours(
  mesh: OwnMesh,
  { neighbours, seconds }: BenchOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const store = `bench-${randomUUID()}`;
  await using load = await SteadyLoad.start(mesh, await endlessAlerts(store), store);
  await delay(WARM_UP_MS);

  let isWithinBounds = true;
  for (const count of neighbours) {
    const quiet = await measure(seconds * 1_000);
    say(`quiet: ${describePace(quiet)}`);
    const busy = await measureBeside(count);
    say(`beside ${count} busy loops: ${describePace(busy)}`);
    const share = fairShare(quiet, count, availableParallelism());
    const verdict = judge(share, quiet, busy, await recover(quiet));
    for (const line of verdict.lines) say(`  ${line}`);
    isWithinBounds &&= verdict.isWithinBounds;
  }
  return isWithinBounds;

  async function measureBeside(count: number): Promise<Pace> {
    await using _ = await BusyNeighbours.start(count);
    await delay(SETTLING_MS);
    return await measure(seconds * 1_000);
  }

  async function measure(ms: number): Promise<Pace> {
    const before = await count();
    await delay(ms);
    const after = await count();
    return {
      seconds: (after.at - before.at) / 1_000,
      finished: after.finished - before.finished,
      meshCpuSeconds: after.meshCpuSeconds - before.meshCpuSeconds,
      driverCpuSeconds: after.driverCpuSeconds - before.driverCpuSeconds,
    };
  }

  async function count() {
    const { user, system } = process.cpuUsage();
    const meshCpuSeconds = await cpuSecondsOf(mesh.pids);
    return { at: performance.now(), finished: load.finished, meshCpuSeconds, driverCpuSeconds: (user + system) / 1e6 };
  }

  /** How long it took until the pace was that of the quiet run again. */
  async function recover(quiet: Pace): Promise<number> {
    const startedAt = performance.now();
    while (true) {
      const afterMs = performance.now() - startedAt;
      if (afterMs > RECOVERY_PATIENCE_MS) return Number.POSITIVE_INFINITY;
      if (isRecovered(await measure(RECOVERY_WINDOW_MS), quiet)) return afterMs;
    }
  }
}

import { pause, poll } from '@vigie/service-kit/async';
import { measureRecovery } from './canary.ts';
import type { ChaosMesh } from './chaos-mesh.ts';
import type { Client } from './clients/client.ts';
import type { EntryPoints } from './clients/entry-points.ts';
import type { FaultLog } from './fault-log.ts';
import type { PlannedFault } from './fault-schedule.ts';
import { createFault } from './faults/create-fault.ts';
import type { Fault } from './faults/fault.ts';
import { TargetLocks } from './target-locks.ts';

export interface InjectionParts {
  readonly chaos: ChaosMesh;
  readonly client: Client;
  readonly entryPoints: EntryPoints;
  readonly lanes: readonly Iterator<PlannedFault, void>[];
  readonly log: FaultLog;
  /** Long, as other faults may be in effect at the same time. */
  readonly recoveryLimitMs: number;
  readonly say: (line: string) => void;
}

/** After this a lane goes on with its next fault, even if the mesh has not recovered. */
const MAX_REST_MS = 8_000;
const HEAL_PATIENCE_MS = 90_000;
const HEAL_PAUSE_MS = 500;

/**
 * Injects the planned faults, one per lane at a time, until `signal` aborts or there are no more. When the promise
 * resolves, every fault is healed and the work that the faults have started is done.
 */
export async function injectFaults(parts: InjectionParts, signal: AbortSignal): Promise<void> {
  const locks = new TargetLocks();
  const going: Promise<unknown>[] = [];
  let number = 0;

  async function runLane(lane: Iterator<PlannedFault, void>): Promise<void> {
    while (!signal.aborted) {
      const planned = lane.next().value;
      if (planned === undefined) return;
      const own = ++number;
      if (!(await breakAndHeal(planned, own))) continue;
      const recovery = measure(planned, own);
      going.push(recovery);
      await Promise.race([recovery, pause(MAX_REST_MS, signal)]);
    }
  }

  /** @returns whether the fault was in force */
  async function breakAndHeal(planned: PlannedFault, own: number): Promise<boolean> {
    using _ = await locks.take(planned.targets);
    if (signal.aborted) return false;
    const { kind, victim, holdMs } = planned;
    const fault = createFault(planned, { ...parts, number: own, background: work => void going.push(work) });
    if (fault === undefined) {
      parts.log.noteSkipped(planned);
      return false;
    }
    parts.say(describe(planned));
    try {
      await fault.inject();
      parts.log.noteInjected(planned);
      await pause(holdMs, signal);
      return true;
    } catch (error) {
      // Another fault prevents it, for example a frozen nats-server that the operator can't reach.
      parts.say(`${kind} ${victim} could not be injected: ${(error as Error).message}`);
      return false;
    } finally {
      await healUntilDone(fault, kind);
    }
  }

  async function measure(planned: PlannedFault, own: number): Promise<void> {
    const { chaos, client, entryPoints } = parts;
    const [video] = chaos.videos.good as [(typeof chaos.videos.good)[number]];
    const uid = `after-${planned.kind}-${own}`;
    const recoveryMs = await measureRecovery(uid, {
      ...{ mesh: chaos.mesh, client, entryPoint: entryPoints.rest, video },
      limitMs: parts.recoveryLimitMs,
    });
    parts.log.noteRecovery(planned, recoveryMs);
  }

  await Promise.all(parts.lanes.map(runLane));
  await Promise.all(going);
}

function describe({ kind, victim, holdMs, offsetMs }: PlannedFault): string {
  const offset = offsetMs === undefined ? '' : ` by ${(offsetMs / 3_600_000).toFixed(2)} h`;
  return `${kind} ${victim === kind ? '' : victim}${offset} for ${(holdMs / 1_000).toFixed(1)} s`;
}

/** @throws the last error of a fault that can't be healed */
async function healUntilDone(fault: Fault, kind: string): Promise<void> {
  let cause: unknown;
  const attempt = async (): Promise<true | undefined> => {
    try {
      await fault.heal();
      return true;
    } catch (error) {
      cause = error;
      return undefined;
    }
  };
  const isHealed = await poll(attempt, { intervalMs: HEAL_PAUSE_MS, timeoutMs: HEAL_PATIENCE_MS });
  if (!isHealed) throw new Error(`${kind} could not be healed.`, { cause });
}

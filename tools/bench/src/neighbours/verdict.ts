import type { Verdict } from '../verdict.ts';

/** How a mesh did over some time. */
export interface Pace {
  readonly seconds: number;
  /** Alerts whose outcome is stored. */
  readonly finished: number;
  /** CPU time of all processes of the mesh. */
  readonly meshCpuSeconds: number;
  /** CPU time of the program that sends the alerts and watches their outcomes. */
  readonly driverCpuSeconds: number;
}

/** CPU an alert, in that of a quiet run. */
const MAX_CPU_RATIO = 1.3;
/** Alerts a second, in what the mesh's share of the CPU allows. */
const MIN_PACE_RATIO = 0.7;

/** The mesh is back once it has most of its quiet pace again; the rest is the noise of a short measurement. */
const RECOVERY = { minPace: 0.8, maxMs: 10_000 };

/**
 * What a fair scheduler leaves to the mesh beside busy neighbours, as a part of the CPU that it takes on a quiet
 * machine: the mesh counts as many programs as the cores that it keeps busy then.
 */
export function fairShare(quiet: Pace, neighbours: number, cores: number): number {
  const wanted = (quiet.meshCpuSeconds + quiet.driverCpuSeconds) / quiet.seconds;
  return Math.min(1, cores / (wanted + neighbours));
}

/** @param recoveredAfterMs from when the neighbours ended */
export function judge(share: number, quiet: Pace, busy: Pace, recoveredAfterMs: number): Verdict {
  const cpuRatio = cpuAnAlertMs(busy) / cpuAnAlertMs(quiet);
  const paceRatio = alertsPerSecond(busy) / (alertsPerSecond(quiet) * share);
  return {
    isWithinBounds: cpuRatio <= MAX_CPU_RATIO && paceRatio >= MIN_PACE_RATIO && recoveredAfterMs <= RECOVERY.maxMs,
    lines: [
      `CPU an alert: ${cpuRatio.toFixed(2)} times that of the quiet run (at most ${MAX_CPU_RATIO})`,
      `end to end: ${paceRatio.toFixed(2)} of what a share of ${share.toFixed(2)} of the CPU allows (at least ${MIN_PACE_RATIO})`,
      `back at ${RECOVERY.minPace} of the quiet pace ${(recoveredAfterMs / 1_000).toFixed(1)} s after the neighbours ended (at most ${RECOVERY.maxMs / 1_000} s)`,
    ],
  };
}

export function describePace(pace: Pace): string {
  const cores = (pace.meshCpuSeconds / pace.seconds).toFixed(2);
  return `${alertsPerSecond(pace).toFixed(0)} alerts/s, ${cpuAnAlertMs(pace).toFixed(2)} ms CPU an alert, ${cores} cores`;
}

/** Whether the pace is that of the quiet run again. */
export function isRecovered(pace: Pace, quiet: Pace): boolean {
  return alertsPerSecond(pace) >= RECOVERY.minPace * alertsPerSecond(quiet);
}

function alertsPerSecond({ finished, seconds }: Pace): number {
  return finished / seconds;
}

function cpuAnAlertMs({ finished, meshCpuSeconds }: Pace): number {
  return (meshCpuSeconds * 1_000) / finished;
}

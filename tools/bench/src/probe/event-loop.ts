import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProbeInput } from '@vigie/native';
import { probeInTurn } from './probe-load.ts';

const TARGET_MS = 5;
const SECONDS = 5;
const TICK_MS = 1;

/** How late timers fire while every thread probes. @returns the report */
export async function measureEventLoop(inputs: readonly ProbeInput[]): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: TICK_MS });
  delay.enable();
  const endsAt = performance.now() + SECONDS * 1000;
  const probes = await probeInTurn(inputs, () => performance.now() > endsAt);
  delay.disable();
  // It records the time between ticks, the tick included.
  const late = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e6 - TICK_MS);
  const p99 = late(99);
  return (
    `event loop at full load (${(probes / SECONDS).toFixed(0)} probes/s): a timer of ${TICK_MS} ms fires late by p50 ${late(50).toFixed(1)} ms, ` +
    `p99 ${p99.toFixed(1)} ms (target under ${TARGET_MS}: ${p99 < TARGET_MS ? 'reached' : 'MISSED'})`
  );
}

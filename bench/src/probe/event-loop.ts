import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProbeInput } from '@vigie/native';
import { probeInTurn } from './probe-load.ts';

const TARGET_MS = 5;
const SECONDS = 5;

/** How late timers fire while every thread probes. @returns the report */
export async function measureEventLoop(inputs: readonly ProbeInput[]): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const endsAt = performance.now() + SECONDS * 1000;
  const probes = await probeInTurn(inputs, () => performance.now() > endsAt);
  delay.disable();
  const p99 = delay.percentile(99) / 1e6;
  return (
    `event loop at full load (${(probes / SECONDS).toFixed(0)} probes/s): p50 ${(delay.percentile(50) / 1e6).toFixed(1)} ms, ` +
    `p99 ${p99.toFixed(1)} ms between ticks of 1 ms (target under ${TARGET_MS}: ${p99 < TARGET_MS ? 'reached' : 'MISSED'})`
  );
}

import { quantileOf } from '../quantile.ts';
import type { Verdict } from '../verdict.ts';
import type { CallTimes } from './alert-flow.ts';
import type { CollectedMemory } from './gateway-memory.ts';
import type { WatchCounts } from './watch-clients-process.ts';

/** A gateway without watches, and with them. */
export interface WatchRun {
  readonly watches: number;
  readonly before: { readonly memory: CollectedMemory; readonly times: CallTimes };
  readonly during: { readonly memory: CollectedMemory; readonly times: CallTimes };
  readonly counts: WatchCounts;
  /** Calls of WatchAlerts that store-svc answers. */
  readonly upstreamCalls: number;
}

/** Heap and external memory. */
const MAX_BYTES_A_WATCH = 10_000;
const P99 = { maxRatio: 2, slackMs: 5 };

export function judgeWatches({ watches, before, during, counts, upstreamCalls }: WatchRun): Verdict {
  const [heap, external, rss] = (['heap', 'external', 'rss'] as const).map(
    kind => (during.memory[kind] - before.memory[kind]) / watches,
  ) as [number, number, number];
  const bytes = heap + external;
  const calls = (['createAlert', 'getAlert'] as const).map(method => {
    const p99 = quantileOf(during.times[method], 0.99);
    const most = quantileOf(before.times[method], 0.99) * P99.maxRatio + P99.slackMs;
    const line = `${method}: ${describe(before.times[method])} without watches, ${describe(during.times[method])} beside them (p99 at most ${most.toFixed(1)} ms)`;
    return { isWithinBounds: p99 <= most, line };
  });
  return {
    isWithinBounds:
      bytes <= MAX_BYTES_A_WATCH &&
      calls.every(({ isWithinBounds }) => isWithinBounds) &&
      counts.incomplete === 0 &&
      counts.received > 0,
    lines: [
      `memory a watch: ${bytes.toFixed(0)} bytes (at most ${MAX_BYTES_A_WATCH}): ${heap.toFixed(0)} of heap, ${external.toFixed(0)} beyond it; resident ${rss.toFixed(0)}`,
      ...calls.map(({ line }) => line),
      `outcomes: ${counts.received} received; ${counts.incomplete} watches lack one or have ended (at most 0)`,
      `calls of WatchAlerts at store-svc: ${upstreamCalls}`,
    ],
  };
}

function describe(times: readonly number[]): string {
  return `p50 ${quantileOf(times, 0.5).toFixed(1)}, p99 ${quantileOf(times, 0.99).toFixed(1)} ms`;
}

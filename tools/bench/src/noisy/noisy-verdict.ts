import { quantileOf } from '../quantile.ts';
import type { Verdict } from '../verdict.ts';
import type { NoisyCounts } from './noisy-callers-process.ts';
import type { QuietRun } from './quiet-caller.ts';

/** A quiet caller alone, and beside noisy ones. */
export interface NoisyRun {
  readonly alone: QuietRun;
  readonly beside: QuietRun;
  readonly counts: NoisyCounts;
}

const P99 = { maxRatio: 2, slackMs: 5 };
const METHODS = ['createAlert', 'getAlert'] as const;

export function judgeNoisy({ alone, beside, counts }: NoisyRun): Verdict {
  const calls = METHODS.map(method => {
    const p99 = quantileOf(beside[method], 0.99);
    const most = quantileOf(alone[method], 0.99) * P99.maxRatio + P99.slackMs;
    const line = `${method}: ${describe(alone[method])} alone, ${describe(beside[method])} beside them (p99 at most ${most.toFixed(1)} ms)`;
    return { isWithinBounds: p99 <= most, line };
  });
  return {
    isWithinBounds:
      calls.every(({ isWithinBounds }) => isWithinBounds) &&
      alone.failures + beside.failures === 0 &&
      counts.refused > 0,
    lines: [
      ...calls.map(({ line }) => line),
      `refused calls of the quiet caller: ${alone.failures} alone, ${beside.failures} beside them (at most 0)`,
      `calls of the noisy ones: ${counts.accepted} accepted, ${counts.refused} refused`,
    ],
  };
}

function describe(times: readonly number[]): string {
  return `p50 ${quantileOf(times, 0.5).toFixed(1)}, p99 ${quantileOf(times, 0.99).toFixed(1)} ms`;
}

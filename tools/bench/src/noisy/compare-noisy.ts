import { pause } from '@vigie/service-kit/async';
import type { BenchOptions } from '../bench-options.ts';
import { bootMesh } from '../mesh-under-test.ts';
import { NoisyCallers } from './noisy-callers.ts';
import { judgeNoisy, type NoisyRun } from './noisy-verdict.ts';
import { QUIET_CALLS_PER_SECOND, QuietCaller, type QuietRun } from './quiet-caller.ts';

/** For V8 to compile the hot paths of all services. */
const WARM_UP_SECONDS = 10;
/** A part of each run: alone and beside others in turn, so that both see the machine as busy as it is. */
const SLICE_SECONDS = 5;
/** Until the noisy callers are at full speed, or all of their calls are answered. */
const SETTLING_MS = 1_500;
/** Twice as much as the quiet caller needs. */
const RATE_LIMIT = { RATE_LIMIT_PER_SECOND: String(2 * QUIET_CALLS_PER_SECOND) };

/**
 * Measures how long the calls of a quiet caller take, alone and beside noisy ones, on a mesh without a limit on the
 * rate and on one that has it.
 *
 * @returns whether every run with the limit stayed within the bounds of `noisy-verdict.ts`
 */
export async function compareNoisy(options: BenchOptions, say: (line: string) => void): Promise<boolean> {
  await measure({}, options, (callers, run) => {
    say(`beside ${callers} noisy callers, without a limit on the rate`);
    for (const line of judgeNoisy(run).lines) say(`  ${line}`);
  });
  let areWithinBounds = true;
  await measure(RATE_LIMIT, options, (callers, run) => {
    say(`beside ${callers} noisy callers, each with ${RATE_LIMIT.RATE_LIMIT_PER_SECOND} calls a second`);
    const verdict = judgeNoisy(run);
    for (const line of verdict.lines) say(`  ${line}`);
    areWithinBounds &&= verdict.isWithinBounds;
  });
  return areWithinBounds;
}

async function measure(
  gateway: NodeJS.ProcessEnv,
  { noisy, seconds }: BenchOptions,
  onRun: (callers: number, run: NoisyRun) => void,
): Promise<void> {
  await using mesh = await bootMesh({ serviceEnv: { gateway } });
  await using quiet = new QuietCaller(mesh.gatewayUrl);
  await quiet.run(WARM_UP_SECONDS);
  for (const callers of noisy) {
    await using others = await NoisyCallers.start(mesh.gatewayUrl, callers);
    onRun(callers, await measureInTurn(quiet, others, seconds));
  }
}

async function measureInTurn(quiet: QuietCaller, others: NoisyCallers, seconds: number): Promise<NoisyRun> {
  const alone: QuietRun[] = [];
  const beside: QuietRun[] = [];
  for (let measured = 0; measured < seconds; measured += SLICE_SECONDS) {
    const length = Math.min(SLICE_SECONDS, seconds - measured);
    await others.ask('pause');
    await pause(SETTLING_MS);
    alone.push(await quiet.run(length));
    await others.ask('resume');
    await pause(SETTLING_MS);
    beside.push(await quiet.run(length));
  }
  return { alone: join(alone), beside: join(beside), counts: await others.ask('pause') };
}

function join(runs: readonly QuietRun[]): QuietRun {
  return {
    createAlert: runs.flatMap(({ createAlert }) => createAlert),
    getAlert: runs.flatMap(({ getAlert }) => getAlert),
    failures: runs.reduce((sum, { failures }) => sum + failures, 0),
  };
}

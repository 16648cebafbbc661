import { buildTargets } from './build-targets.ts';
import { FuzzError } from './fuzz-error.ts';
import { parseFuzzOptions } from './fuzz-options.ts';
import { fuzzTarget, replayInputs } from './run-target.ts';
import { makeSeeds } from './seeds.ts';

try {
  await main();
} catch (error) {
  if (!(error instanceof FuzzError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { seconds, targets, replay } = parseFuzzOptions(process.argv.slice(2));
  console.log('building the fuzz targets');
  buildTargets();
  if (replay.length > 0) {
    for (const target of targets) await replayInputs(target, replay);
    console.log(`${replay.length} inputs replayed: nothing to complain of`);
    return;
  }
  const seeds = makeSeeds();
  if (seeds.missing.length > 0) console.log(`no ffmpeg for seeds of: ${seeds.missing.join(', ')}`);
  const share = Math.max(1, Math.floor(seconds / targets.length));
  for (const target of targets) {
    console.log(`fuzzing ${target} for ${share} s`);
    const run = await fuzzTarget(target, seeds, { seconds: share });
    console.log(`${target}: ${run.executions} inputs, ${run.corpusSize} kept, nothing found`);
  }
}

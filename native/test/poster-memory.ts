// What posters cost: `npm run memory:poster -w native -- 20000` prints the time of each sample video's, then the
// resident memory over many.

import { poster } from '../ts/poster.ts';
import { readSample, samples } from './samples.ts';

const PARALLEL = 4;
const STEPS = 10;
const TIMED = 50;

const total = Number(process.argv[2] ?? 20_000);
const inputs = samples.map(({ file }) => {
  const bytes = readSample(file);
  return { file, ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length };
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timePosters(): Promise<void> {
  for (const { file, ...input } of inputs) {
    const times: number[] = [];
    let kind = '';
    for (let i = 0; i < TIMED; i++) {
      const begun = performance.now();
      ({ kind } = await poster(input));
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    print(`${file.padEnd(26)} ${kind.padEnd(8)} median ${times[TIMED / 2]?.toFixed(2)} ms`);
  }
}

async function showMany(count: number): Promise<void> {
  let started = 0;
  const worker = async () => {
    while (started < count) await poster(inputs[started++ % inputs.length] ?? { ranges: [], sizeBytes: 0 });
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

await timePosters();
const begun = performance.now();
for (let step = 1; step <= STEPS; step++) {
  await showMany(total / STEPS);
  const mib = process.memoryUsage().rss / 2 ** 20;
  print(`${String((total / STEPS) * step).padStart(9)} posters  ${mib.toFixed(1)} MiB resident`);
}
const perSecond = total / ((performance.now() - begun) / 1000);
print(`${perSecond.toFixed(0)} posters/s over all sample videos, ${PARALLEL} at once, each whole in memory`);

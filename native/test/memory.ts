// Shows that probing leaks nothing: `npm run memory -w native -- 200000` prints the resident memory as it goes.

import { probe } from '../ts/probe.ts';
import { readSample, samples } from './samples.ts';

const PARALLEL = 32;
const STEPS = 10;

const total = Number(process.argv[2] ?? 20_000);
const inputs = samples.map(({ file }) => {
  const bytes = readSample(file);
  return { ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length };
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function probeMany(count: number): Promise<void> {
  let started = 0;
  const worker = async () => {
    while (started < count) await probe(inputs[started++ % inputs.length] ?? { ranges: [], sizeBytes: 0 });
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

const begun = performance.now();
for (let step = 1; step <= STEPS; step++) {
  await probeMany(total / STEPS);
  const mib = process.memoryUsage().rss / 2 ** 20;
  print(`${String((total / STEPS) * step).padStart(9)} probes  ${mib.toFixed(1)} MiB resident`);
}
const perSecond = total / ((performance.now() - begun) / 1000);
print(`${perSecond.toFixed(0)} probes/s over all sample videos, each whole in memory`);

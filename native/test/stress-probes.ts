// Runs with the sanitized addon: everything that may go wrong with memory, in every way a probe can end.
//   --exit-while-running  ends the process in the middle of it

import { Worker } from 'node:worker_threads';
import { poster } from '../ts/poster.ts';
import { probe } from '../ts/probe.ts';
import { makeHostileInputs } from './hostile-inputs.ts';
import { mp4File, mp4Track } from './mp4-boxes.ts';
import { posterOfFile } from './poster-file.ts';
import { probeFile } from './probe-file.ts';
import { readSample, samplePath, samples } from './samples.ts';

const HEAD_BYTES = 32 * 1024;
const rounds = Number(process.argv[2] ?? 1);
const exitWhileRunning = process.argv.includes('--exit-while-running');

const inputOf = (bytes: Uint8Array) => ({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
const heads = samples.map(({ file }) => readSample(file).subarray(0, HEAD_BYTES)).filter(head => head.length > 1000);
const quick = inputOf(readSample('mp4-faststart.mp4'));
const slow = inputOf(mp4File(mp4Track({ samples: 500_000 })));

// Numerical Recipes' generator: the same files at each run.
let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function mutate(head: Uint8Array): Uint8Array {
  const bytes = head.slice(0, 1 + random(head.length));
  for (let i = random(12); i > 0; i--) bytes[random(Math.min(bytes.length, 4096))] = random(256);
  return bytes;
}

async function probeMutations(count: number): Promise<void> {
  const one = async () => {
    const head = heads[random(heads.length)] ?? new Uint8Array();
    const input = { ranges: [{ offset: 0, bytes: mutate(head) }], sizeBytes: random(2) ? random(2 ** 31) : null };
    await probe(input);
    if (random(4) === 0) await poster(input, { maxSidePixels: 64 });
  };
  for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, one));
}

async function endEarly(): Promise<void> {
  const controller = new AbortController();
  const pending = Array.from({ length: 60 }, (_, i) =>
    probe(i % 10 === 0 ? slow : quick, i % 2 === 0 ? { timeoutMs: 1 } : { signal: controller.signal }).catch(() => {}),
  );
  setTimeout(() => controller.abort(), 2);
  await Promise.all(pending);
}

async function endWorkers(): Promise<void> {
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.face).then(({ probe }) => {
      for (const input of workerData.inputs) probe(input).catch(() => {});
      parentPort.postMessage('started');
    });`;
  const face = new URL('../ts/index.ts', import.meta.url).href;
  const inputs = Array.from({ length: 40 }, (_, i) => (i % 20 === 0 ? slow : quick));
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      const worker = new Worker(script, { eval: true, workerData: { face, inputs } });
      await new Promise(resolve => worker.once('message', resolve));
      await worker.terminate();
    }),
  );
}

for (let round = 0; round < rounds; round++) {
  for (const { file } of samples) await probeFile(samplePath(file));
  for (const { file } of samples) await posterOfFile(samplePath(file), { maxSidePixels: 64 });
  const hostile = makeHostileInputs({ url: 'http://127.0.0.1:1/clip.ts', file: '/nowhere/clip.ts' });
  await Promise.all(hostile.map(({ bytes }) => probe(inputOf(bytes))));
  await probeMutations(2_000);
  await endEarly();
  await endWorkers();
}
if (exitWhileRunning) {
  for (let i = 0; i < 400; i++) probe(i % 40 === 0 ? slow : quick).catch(() => {});
  setTimeout(() => process.exit(7), 5);
} else {
  // What V8 still holds of ended probes is let go, so that LeakSanitizer sees only what nobody holds.
  globalThis.gc?.();
}

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ProbeInput, probe } from '@vigie/native';

const HEAD_BYTES = 32 * 1024;
/** Keeps every thread of the pool busy with some waiting. */
const IN_FLIGHT = 32;

/** A file's first range in memory, as the first answer of the video server leaves it. */
export function readHead(folder: string, file: string): ProbeInput {
  const target = path.join(folder, file);
  const bytes = new Uint8Array(readFileSync(target).subarray(0, HEAD_BYTES));
  return { ranges: [{ offset: 0, bytes }], sizeBytes: statSync(target).size };
}

/** Probes the inputs in turn, many at once, until `isDone` says so. @returns how many */
export async function probeInTurn(
  inputs: readonly ProbeInput[],
  isDone: (started: number) => boolean,
): Promise<number> {
  let started = 0;
  const worker = async () => {
    while (!isDone(started)) {
      const input = inputs[started++ % inputs.length];
      if (input !== undefined) await probe(input);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return started;
}

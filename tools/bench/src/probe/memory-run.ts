import type { ProbeInput } from '@vigie/native';
import { probeInTurn } from './probe-load.ts';

const STEP = 100_000;

/** Prints the resident memory after each 100,000 probes. */
export async function runMemory(inputs: readonly ProbeInput[], probes: number, print: (line: string) => void) {
  for (let done = 0; done < probes; ) {
    const step = Math.min(STEP, probes - done);
    await probeInTurn(inputs, started => started >= step);
    done += step;
    const mib = process.memoryUsage().rss / 2 ** 20;
    print(`${done.toLocaleString('en').padStart(11)} probes  ${mib.toFixed(1).padStart(7)} MiB resident`);
  }
}

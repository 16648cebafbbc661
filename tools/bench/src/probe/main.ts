/** `npm run bench:probe`: how fast the libav core is beside what else could do its work, on the same files. */
import { parseArgs } from 'node:util';
import { libavVersion } from '@vigie/native';
import { makeMatrix } from '@vigie/native/testing';
import { benchFiles } from './bench-files.ts';
import { compareContenders } from './compare.ts';
import { measureEventLoop } from './event-loop.ts';
import { measureHeaderCpu } from './header-cpu.ts';
import { runMemory } from './memory-run.ts';
import { readHead } from './probe-load.ts';

const USAGE = `Usage: npm run bench:probe -- [--rounds N] [--probes N]

  --rounds N   how often each contender probes each file (200; a tenth of it for spawned processes)
  --probes N   instead: probe so many times and print the resident memory at each 100,000`;

function parseOptions(args: readonly string[]): { rounds: number; probes: number | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { rounds: { type: 'string', default: '200' }, probes: { type: 'string' } },
    });
    const rounds = Number(values.rounds);
    const probes = values.probes === undefined ? undefined : Number(values.probes);
    const isCount = (value: number | undefined) => value === undefined || (Number.isInteger(value) && value > 0);
    return isCount(rounds) && isCount(probes) ? { rounds, probes } : undefined;
  } catch {
    return undefined;
  }
}

const options = parseOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(USAGE);
  process.exit(2);
}
const folder = await makeMatrix();
const heads = Object.values(benchFiles)
  .flat()
  .map(file => readHead(folder, file));
if (options.probes !== undefined) {
  await runMemory(heads, options.probes, console.log);
} else {
  console.log(`Node ${process.version}, libav ${libavVersion}\n`);
  const rounds = { inProcess: options.rounds, spawning: Math.ceil(options.rounds / 10) };
  console.log(`${await compareContenders(folder, rounds)}\n`);
  console.log(`${await measureHeaderCpu(folder)}\n`);
  console.log(await measureEventLoop(heads));
}

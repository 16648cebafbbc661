/**
 * `npm run chaos`: breaks every part of a mesh while a checker watches. Exits 0 if every promise was kept, 1 if not, 70
 * (EX_SOFTWARE of sysexits.h) if it couldn't find out.
 */

import { constants } from 'node:os';
import { WrongUsageError } from '@vigie/dev-env/command-line';
import { listenForStop, StopAsked } from '@vigie/dev-env/start';
import { type ChaosOptions, parseChaosOptions, USAGE } from './chaos-options.ts';
import { gatherEvidence } from './evidence.ts';
import { formatReport } from './report.ts';
import { runChaos } from './run-chaos.ts';

const NOT_FOUND_OUT = 70;

function readOptions(): ChaosOptions {
  try {
    return parseChaosOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof WrongUsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function run(options: ChaosOptions): Promise<number> {
  const signal = listenForStop(() => process.exit(1));
  const startedAt = performance.now();
  const say = (line: string): void => {
    console.error(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`);
  };
  say(`seed ${options.seed}`);
  await using ended = await runChaos({ options, signal, say });
  const { report, chaos } = ended;
  console.log(formatReport(report));
  if (report.breaches.length === 0) return 0;
  chaos.keepData();
  console.log(`\n${await gatherEvidence(chaos.logDir, report.breaches)}\nThe logs are kept: ${chaos.logDir}`);
  return 1;
}

async function runUnlessStopped(options: ChaosOptions): Promise<number> {
  try {
    return await run(options);
  } catch (error) {
    if (error instanceof StopAsked) return 128 + constants.signals[error.signal];
    console.error(error);
    return NOT_FOUND_OUT;
  }
}

// Clients of a run that was stopped may still be waiting for an answer.
process.exit(await runUnlessStopped(readOptions()));

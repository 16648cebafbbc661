import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { targetPath } from './build-targets.ts';
import { FuzzError } from './fuzz-error.ts';
import { DICTIONARY, FUZZ_DIR, PROJECT_DIR } from './fuzz-folders.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import type { Seeds } from './seeds.ts';

export interface FuzzRun {
  readonly target: FuzzTarget;
  readonly executions: number;
  readonly seconds: number;
  /** Inputs kept because they reach code that no other does. */
  readonly corpusSize: number;
}

// An input may take so long before it counts as a hang: by the clock, on a machine that may be busy, with code that the
// sanitizers slow.
const HANG_SECONDS = 30;
const MAX_INPUT_BYTES = 70_000;
const MAX_RESIDENT_MIB = 3_000;
// Above the limit on one allocation that the addon gives libav.
const MAX_ALLOCATION_MIB = 300;

// Leaks are looked for after each input and at the end. `handle_abort`: REQUIRE ends a run by abort().
const SANITIZER_ENV = {
  ASAN_OPTIONS: 'detect_leaks=1:handle_abort=1:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

const COMMON_ARGS = [
  `-timeout=${HANG_SECONDS}`,
  `-report_slow_units=${HANG_SECONDS}`,
  `-rss_limit_mb=${MAX_RESIDENT_MIB}`,
  `-malloc_limit_mb=${MAX_ALLOCATION_MIB}`,
];

export interface FuzzBounds {
  readonly seconds: number;
  /** The run takes the same inputs each time: a bounded run proves what it proved before, and never fails by luck. */
  readonly repeatable?: { readonly seed: number; readonly runs: number };
}

/**
 * Fuzzes one target within bounds, from the seeds and, unless it is to be repeatable, from what earlier runs have found
 * interesting.
 *
 * @throws FuzzError when an input crashes, hangs, leaks or breaks what the target requires; it names the file that
 * holds it
 */
export async function fuzzTarget(target: FuzzTarget, seeds: Seeds, bounds: FuzzBounds): Promise<FuzzRun> {
  const { seconds, repeatable } = bounds;
  const corpus = join(FUZZ_DIR, repeatable === undefined ? 'corpus' : 'corpus-repeatable', target);
  if (repeatable !== undefined) rmSync(corpus, { recursive: true, force: true });
  const findings = join(FUZZ_DIR, 'findings', target);
  for (const dir of [corpus, findings]) mkdirSync(dir, { recursive: true });
  // The input of sparse-io is a list of reads, not a video.
  const seedDirs = target === 'sparse-io' ? [] : [seeds.dir];
  const log = await runLogged(target, [
    ...COMMON_ARGS,
    `-max_total_time=${seconds}`,
    `-max_len=${MAX_INPUT_BYTES}`,
    `-dict=${DICTIONARY}`,
    `-artifact_prefix=${findings}/`,
    '-reduce_inputs=0',
    '-print_final_stats=1',
    ...(repeatable === undefined ? [] : [`-seed=${repeatable.seed}`, `-runs=${repeatable.runs}`]),
    corpus,
    ...seedDirs,
  ]);
  const executions = Number(/number_of_executed_units: (\d+)/.exec(log)?.[1] ?? 0);
  if (executions === 0) throw new FuzzError(`${target}: nothing was executed\n${log.slice(-2000)}`);
  const corpusSize = Number(/corp: (\d+)\/\S+ [^\n]*\n(?![\s\S]*corp: )/.exec(log)?.[1] ?? 0);
  return { target, executions, seconds, corpusSize };
}

/**
 * Runs the target once on each file or on each file of a folder.
 *
 * @throws FuzzError at the first that fails
 */
export async function replayInputs(target: FuzzTarget, inputs: readonly string[]): Promise<void> {
  await runLogged(target, [...COMMON_ARGS, '-runs=0', ...inputs]);
}

const REPORT_LINES = 45;

function runLogged(target: FuzzTarget, args: readonly string[]): Promise<string> {
  mkdirSync(FUZZ_DIR, { recursive: true });
  const logFile = join(FUZZ_DIR, `${target}.log`);
  const output = openSync(logFile, 'w');
  const child = spawn(targetPath(target), args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...SANITIZER_ENV },
  });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    child.once('error', cause => reject(new FuzzError(`${targetPath(target)} does not run`, { cause })));
    child.once('exit', (code, signal) => {
      process.removeListener('exit', stop);
      closeSync(output);
      const log = readFileSync(logFile, 'utf8');
      if (code === 0) resolve(log);
      else reject(new FuzzError(describeFinding(target, log, signal ?? `exit code ${code}`)));
    });
  });
}

function describeFinding(target: FuzzTarget, log: string, ending: string): string {
  const kept = /Test unit written to (\S+)/.exec(log)?.[1];
  const from = log.search(/does not hold|runtime error|ERROR: |==\d+==/);
  const report = log.slice(Math.max(0, from)).split('\n').slice(0, REPORT_LINES).join('\n');
  const replay = kept && `  npm run fuzz -- --target ${target} --replay ${relative(PROJECT_DIR, kept)}`;
  return [`fuzz target ${target} ended with ${ending}:`, report, '', kept ? `Replay it with:\n${replay}` : ''].join(
    '\n',
  );
}

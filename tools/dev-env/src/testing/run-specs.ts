/**
 * `npm test`: every spec. Most run side by side. What holds a mesh to times comes after them, each alone: a rolling
 * restart to the patience of clients, the chaos runs to times of recovery. Ends with one line of counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { countsLine, type SpecCounts } from './summary-reporter.ts';

const REPORTER = path.join(import.meta.dirname, 'summary-reporter.ts');
const EVERY_SPEC = '{lib,native,gateway,*-svc,tools}/**/*.spec.ts';
const ALONE = [
  'tools/e2e/src/rolling-restart.spec.ts',
  'tools/chaos/src/chaos.spec.ts',
  'tools/chaos/src/sabotage.spec.ts',
];
/** Three on two cores gain little, and slow each of them down. */
const JOBS = '2';

const dir = mkdtempSync(path.join(tmpdir(), 'vigie-specs-'));
const countsFile = path.join(dir, 'counts');
try {
  const ignored = ALONE.flatMap(spec => ['--ignore', spec]);
  // The slow ones first, so that none is left running at the end while the other jobs have nothing to do.
  const sideBySide = runMocha(['--parallel', '--jobs', JOBS, ...ignored, 'tools/e2e/**/*.spec.ts', EVERY_SPEC]);
  const alone = runMocha(ALONE);
  const [first, ...more] = readCounts();
  console.log(countsLine(more.reduce(add, first ?? { passes: 0, failures: 1, pending: 0 })));
  process.exitCode = sideBySide && alone ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true });
}

/** @returns whether every spec passed */
function runMocha(args: readonly string[]): boolean {
  const mocha = path.join(PROJECT_DIR, 'node_modules/.bin/mocha');
  const { status } = spawnSync(mocha, ['--reporter', REPORTER, ...args], {
    cwd: PROJECT_DIR,
    stdio: 'inherit',
    env: { ...process.env, SPEC_COUNTS_FILE: countsFile },
  });
  return status === 0;
}

function readCounts(): SpecCounts[] {
  const lines = readFileSync(countsFile, 'utf8').split('\n');
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as SpecCounts);
}

function add(one: SpecCounts, other: SpecCounts): SpecCounts {
  return {
    passes: one.passes + other.passes,
    failures: one.failures + other.failures,
    pending: one.pending + other.pending,
  };
}

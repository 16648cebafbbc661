/** `npm run test:debian`: the tests on fresh Debians, and whether all of them say the same of the same videos. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { makeMatrix } from '@vigie/native/testing';
import { parseDebianOptions, USAGE } from './debian-options.ts';
import { FreshDebian, lastCommit, whyNoDebian } from './fresh-debian.ts';
import { type Values, valueDifferences } from './value-differences.ts';

const options = parseDebianOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(USAGE);
  process.exit(2);
}
const missing = whyNoDebian();
if (missing !== undefined) {
  console.log(`skipped: no fresh Debian can be made here: ${missing}`);
  process.exit(0);
}

const commit = await lastCommit();
const command = options.valuesOnly ? 'npm run setup' : 'npm test';
// Made by one ffmpeg: others make other files.
const videos = [await makeMatrix(), path.join(PROJECT_DIR, 'nginx/videos')];
const machines = new Map<string, Values>();
const failed: string[] = [];
for (const suite of options.suites) {
  console.log(`${suite}: making it, then ${command} ...`);
  using debian = await FreshDebian.make(suite, commit);
  const exitCode = await debian.run(command);
  console.log(
    `${suite}: ${command} ended with ${exitCode}: ${lastLine(debian.logFile)} (all of it: ${debian.logFile})`,
  );
  if (exitCode !== 0) failed.push(suite);
  const folders = videos.map(folder => debian.take(folder)).join(' ');
  // Also where a test failed, but not where set-up did.
  const said = await debian
    .read(`node_modules/.bin/node native/test/print-values.ts ${folders}`)
    .catch(() => undefined);
  if (said === undefined) console.log(`${suite}: it says no values`);
  else machines.set(suite, JSON.parse(said));
}
const differences = valueDifferences(machines);
for (const line of differences) console.log(line);
console.log(`${differences.length} values differ between ${[...machines.keys()].join(', ') || 'none'}`);
process.exitCode = failed.length === 0 && differences.length === 0 ? 0 : 1;

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}

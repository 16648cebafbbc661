// `npm run check:native`: clang-format and clang-tidy on the C++ of native; `--write` formats it.

import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CheckError } from './check-error.ts';
import { CLANG_FORMAT, CLANG_TIDY, libavFlags, versionOf } from './clang-tools.ts';
import { compilerFlags } from './compiler-flags.ts';
import { cppFiles, NATIVE_DIR } from './cpp-files.ts';
import { PassedFiles } from './passed-files.ts';

const run = promisify(execFile);

try {
  versionOf(CLANG_FORMAT);
  if (process.argv.includes('--write')) format('-i');
  else {
    format('--dry-run', '-Werror');
    await tidy();
  }
} catch (error) {
  if (!(error instanceof CheckError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function format(...options: readonly string[]): void {
  const { status, stderr } = spawnSync(CLANG_FORMAT, [...options, ...cppFiles()], {
    cwd: NATIVE_DIR,
    encoding: 'utf8',
  });
  if (status !== 0) throw new CheckError(`${stderr}Not formatted: run \`npm run format\`.`);
}

/** On as many sources at once as there are cores, and only on those that have changed since they passed. */
async function tidy(): Promise<void> {
  const flags = [...compilerFlags, ...libavFlags()];
  const settings = readFileSync(path.join(NATIVE_DIR, '.clang-tidy'), 'utf8');
  const passed = new PassedFiles([versionOf(CLANG_TIDY), settings, ...flags]);
  const waiting = cppFiles().filter(file => file.endsWith('.cc') && !passed.has(file));
  const findings: string[] = [];
  if (waiting.length > 0) console.log(`${CLANG_TIDY} on ${waiting.length} sources`);
  const checkNext = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const finding = await findingsIn(file, flags);
      if (finding === undefined) passed.add(file);
      else findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, checkNext));
  if (findings.length > 0) throw new CheckError(findings.join('\n'));
}

async function findingsIn(file: string, flags: readonly string[]): Promise<string | undefined> {
  try {
    await run(CLANG_TIDY, ['--quiet', file, '--', ...flags], { cwd: NATIVE_DIR });
    return undefined;
  } catch (error) {
    // A header's findings are on stdout; that the tool itself failed is on stderr.
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout.trim() === '' ? stderr : stdout;
  }
}

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { findCommand } from '../find-command.mjs';
import { installDebianPackages } from '../install-debian-packages.mjs';

/** Only fuzzing needs these, so that step runs when it is named: the addon itself is built with any C++ compiler. */
export const fuzzTools = {
  name: 'fuzz-tools',
  doing: 'installing clang with its fuzzer, for native/fuzz',
  isDone: hasFuzzer,
  run: () => installDebianPackages(['clang', 'libclang-rt-dev']),
};

// Debian keeps the sanitizers' run time apart from the compiler.
function hasFuzzer() {
  if (findCommand('clang++') === undefined) return false;
  const dir = spawnSync('clang++', ['--print-runtime-dir'], { encoding: 'utf8' }).stdout.trim();
  return existsSync(dir) && readdirSync(dir).some(file => /^libclang_rt\.fuzzer(?:-x86_64|-aarch64)?\.a$/.test(file));
}

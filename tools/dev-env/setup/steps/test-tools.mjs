import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { findCommand } from '../find-command.mjs';
import { installDebianPackages } from '../install-debian-packages.mjs';

/** What Vigie itself does without: this step runs when it is named. */
export const testTools = {
  name: 'test-tools',
  doing: 'installing ffmpeg, strace and clang, for the tests of native',
  isDone: () => missingPackages().length === 0,
  run: () => installDebianPackages(missingPackages()),
};

function missingPackages() {
  return [
    // Make the videos that tests and benches compare on, and say what is true of them.
    ...(hasCommands('ffmpeg', 'ffprobe') ? [] : ['ffmpeg']),
    // Shows that no probe opens a file or a socket.
    ...(hasCommands('strace') ? [] : ['strace']),
    // Only fuzzing needs clang: the addon itself is built with any C++ compiler.
    ...(hasFuzzer() ? [] : ['clang', 'libclang-rt-dev']),
  ];
}

/** @param {string[]} names */
function hasCommands(...names) {
  return names.every(name => findCommand(name) !== undefined);
}

// Debian keeps the sanitizers' run time apart from the compiler.
function hasFuzzer() {
  if (!hasCommands('clang++')) return false;
  const dir = spawnSync('clang++', ['--print-runtime-dir'], { encoding: 'utf8' }).stdout.trim();
  return existsSync(dir) && readdirSync(dir).some(file => /^libclang_rt\.fuzzer(?:-x86_64|-aarch64)?\.a$/.test(file));
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MACHINE_DIR } from '@vigie/dev-env/setup/project.mjs';
import { unpackDebianPackages } from '@vigie/dev-env/setup/unpack-debian-packages.mjs';
import { expect } from 'chai';
import { compilerFlags } from '../check/compiler-flags.ts';

const run = promisify(execFile);

const SOURCE_DIR = fileURLToPath(new URL('../src/', import.meta.url));
/** Debian 13 has FFmpeg 7.1. Its headers are enough: nothing is linked. */
const SUITE = 'trixie';
const PACKAGES = ['libavformat-dev', 'libavcodec-dev', 'libavutil-dev', 'libswscale-dev'];
const DOWNLOAD_TIMEOUT_MS = 300_000;
const COMPILE_TIMEOUT_MS = 900_000;

describe('the addon on FFmpeg 7', () => {
  let includeDir: string;

  before(async function () {
    this.timeout(DOWNLOAD_TIMEOUT_MS);
    includeDir = await findHeaders();
  });

  it('finds headers of libavformat 61', async () => {
    const version = await readFile(path.join(includeDir, 'libavformat/version_major.h'), 'utf8');
    expect(version).to.match(/#define LIBAVFORMAT_VERSION_MAJOR\s+61\b/);
  });

  it('compiles, every source of it', async () => {
    const sources = (await readdir(SOURCE_DIR, { recursive: true })).filter(name => name.endsWith('.cc'));
    expect(sources).to.include.members(['binding/addon.cc', 'describe/probe.cc', 'poster/poster.cc']);
    await compile(sources, includeDir);
  }).timeout(COMPILE_TIMEOUT_MS);
});

async function findHeaders(): Promise<string> {
  const unpacked = path.join(MACHINE_DIR, PACKAGES[0] ?? '');
  if (!existsSync(unpacked)) {
    await mkdir(MACHINE_DIR, { recursive: true });
    await unpackDebianPackages(PACKAGES, SUITE);
  }
  const { stdout } = await run('c++', ['-print-multiarch']);
  return path.join(unpacked, 'usr/include', stdout.trim());
}

/** All at once, as CMake does some of them. */
async function compile(sources: readonly string[], includeDir: string): Promise<void> {
  const flags = ['-fsyntax-only', '-Werror', '-Wall', '-Wno-deprecated-declarations', '-isystem', includeDir];
  const compiling = run('c++', [...flags, ...compilerFlags, '-x', 'c++', '-']);
  compiling.child.stdin?.end(sources.map(source => `#include "${path.join(SOURCE_DIR, source)}"\n`).join(''));
  await compiling;
}

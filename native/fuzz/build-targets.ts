import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { FuzzError } from './fuzz-error.ts';
import { BUILD_DIR, PROJECT_DIR, SOURCE_DIR } from './fuzz-folders.ts';
import type { FuzzTarget } from './fuzz-target.ts';

/**
 * Brings clang if it is missing and builds what has changed.
 *
 * @throws FuzzError with the end of what the failing command said
 */
export function buildTargets(): void {
  run(process.execPath, [join(PROJECT_DIR, 'tools/dev-env/setup/setup.mjs'), 'toolchain', 'apt', 'test-tools']);
  run('cmake', ['-S', SOURCE_DIR, '-B', BUILD_DIR, '-DCMAKE_CXX_COMPILER=clang++', '-DCMAKE_BUILD_TYPE=None']);
  run('cmake', ['--build', BUILD_DIR, '--parallel', '2']);
}

export function targetPath(target: FuzzTarget): string {
  return join(BUILD_DIR, `fuzz-${target}`);
}

const SHOWN_LINES = 30;

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new FuzzError(`the fuzz targets cannot be built: ${command} ${args.join(' ')}\n${said}`);
}

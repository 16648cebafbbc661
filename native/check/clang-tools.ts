import { spawnSync } from 'node:child_process';
import { CheckError } from './check-error.ts';

/** The version that the setup step `check-tools` installs: another one formats otherwise and finds other things. */
export const CLANG_FORMAT = 'clang-format-22';
export const CLANG_TIDY = 'clang-tidy-22';

/**
 * @returns the version in full, which is part of what a file was checked with
 * @throws CheckError that names the package, when the tool is not on PATH
 */
export function versionOf(tool: string): string {
  const { status, stdout } = spawnSync(tool, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new CheckError(`${tool} is missing: apt-get install ${CLANG_FORMAT} ${CLANG_TIDY}`);
  return stdout.trim();
}

/**
 * Where libav's headers are, when that is not where every compiler looks.
 *
 * @throws CheckError that names the packages, when there are none
 */
export function libavFlags(): string[] {
  const libraries = ['libavformat', 'libavcodec', 'libavutil', 'libswscale'];
  const { status, stdout } = spawnSync('pkg-config', ['--cflags', ...libraries], { encoding: 'utf8' });
  if (status !== 0) {
    const packages = ['pkg-config', ...libraries.map(library => `${library}-dev`)].join(' ');
    throw new CheckError(`the headers of libav are missing: apt-get install ${packages}`);
  }
  return stdout.split(/\s+/).filter(flag => flag !== '');
}

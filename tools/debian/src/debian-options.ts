import { parseArgs } from 'node:util';

/** Debian 12 with FFmpeg 5.1, Debian 13 with 7.1, and what comes next. */
export const SUITES = ['bookworm', 'trixie', 'sid'] as const;
export type Suite = (typeof SUITES)[number];

export interface DebianOptions {
  readonly suites: readonly Suite[];
  /** Whether `npm test` is left out. */
  readonly valuesOnly: boolean;
}

export const USAGE = `Usage: npm run test:debian [-- [--values] SUITE...]

Makes fresh Debians with only Node, npm, git and a C++ compiler, runs npm test in a fresh clone of the last commit in
each, and has each describe the same videos. Exits 0 if all tests passed and all values are equal, else 1.

  SUITE      ${SUITES.join(', ')}; all when not said
  --values   compares the values only`;

/** @returns undefined where the arguments are none of the command's */
export function parseDebianOptions(args: readonly string[]): DebianOptions | undefined {
  try {
    const options = { values: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const suites = positionals.map(name => SUITES.find(suite => suite === name));
    if (suites.includes(undefined)) return undefined;
    return { suites: suites.length === 0 ? SUITES : (suites as Suite[]), valuesOnly: values.values };
  } catch {
    return undefined;
  }
}

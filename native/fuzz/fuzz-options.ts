import { parseArgs } from 'node:util';
import { FuzzError } from './fuzz-error.ts';
import { FUZZ_TARGETS, type FuzzTarget, isFuzzTarget } from './fuzz-target.ts';

const USAGE = `npm run fuzz -- [--seconds N] [--target ${FUZZ_TARGETS.join('|')}] [--replay FILE...]

  --seconds N    time in all, shared by the targets (60)
  --target T     only this target
  --replay FILE  runs the target on these files instead of fuzzing; needs --target`;

export interface FuzzOptions {
  readonly seconds: number;
  readonly targets: readonly FuzzTarget[];
  readonly replay: readonly string[];
}

const DEFAULT_SECONDS = 60;

/** @throws FuzzError with the usage when the arguments make no sense */
export function parseFuzzOptions(args: readonly string[]): FuzzOptions {
  const { values, positionals } = parse(args);
  const seconds = Number(values.seconds ?? DEFAULT_SECONDS);
  if (!Number.isInteger(seconds) || seconds < 1) throw new FuzzError(`--seconds must be a whole number\n\n${USAGE}`);
  const { target } = values;
  if (target !== undefined && !isFuzzTarget(target)) throw new FuzzError(`there is no target ${target}\n\n${USAGE}`);
  const replay = [...(values.replay ?? []), ...positionals];
  if (replay.length > 0 && target === undefined) throw new FuzzError(`--replay needs --target\n\n${USAGE}`);
  return { seconds, targets: target === undefined ? FUZZ_TARGETS : [target], replay };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seconds: { type: 'string' }, target: { type: 'string' }, replay: { type: 'string', multiple: true } },
    });
  } catch (error) {
    throw new FuzzError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

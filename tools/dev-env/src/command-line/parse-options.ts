import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Its message says what is wrong with a call of a command. */
export class WrongUsageError extends Error {
  override readonly name = 'WrongUsageError';
}

/** The options that a command was given. @throws WrongUsageError for anything that isn't one of these */
export function parseOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new WrongUsageError((cause as Error).message, { cause });
  }
}

import { parseArgs } from 'node:util';
import type { Command, Option } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS, OWN_COMMANDS, SHELLS, type Shell } from './command-table.ts';
import { Values } from './values.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

/** What a command line asks for. */
export type Call =
  | { readonly kind: 'help'; readonly command?: Command | undefined }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | { readonly kind: 'run'; readonly command: Command; readonly values: Values; readonly args: readonly string[] };

/** @throws WrongUsageError */
export function parseCall(args: readonly string[]): Call {
  const [name, rest] = splitCommand(args);
  const isOwn = OWN_COMMANDS.some(command => command.name === (name === 'help' ? rest[0] : name));
  if (isOwn && (name === 'help' || rest.includes('--help'))) return { kind: 'help' };
  if (name === 'help') return { kind: 'help', command: rest[0] === undefined ? undefined : findCommand(rest[0]) };
  if (name === undefined) {
    if (parse(rest, GLOBAL_OPTIONS).values.help) return { kind: 'help' };
    throw new WrongUsageError('give a command');
  }
  if (name === 'completion') return { kind: 'completion', shell: readShell(rest) };
  const command = findCommand(name);
  const { values, positionals } = parse(rest, [...GLOBAL_OPTIONS, ...command.options]);
  if (values.help) return { kind: 'help', command };
  return { kind: 'run', command, values: new Values(values), args: positionals };
}

/** The first argument that is no option, nor its value: options of every command may stand before it. */
function splitCommand(args: readonly string[]): [string | undefined, readonly string[]] {
  const options = parserOptions(GLOBAL_OPTIONS);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const command = tokens.find(({ kind }) => kind === 'positional');
  return command === undefined ? [undefined, args] : [args[command.index], args.toSpliced(command.index, 1)];
}

function findCommand(name: string): Command {
  const found = COMMANDS.find(command => command.name === name);
  if (found !== undefined) return found;
  const names = [...COMMANDS, ...OWN_COMMANDS].map(command => command.name);
  throw new WrongUsageError(`there is no command ${name}, but ${names.join(', ')}`);
}

function readShell(args: readonly string[]): Shell {
  const shell = SHELLS.find(each => each === args[0]);
  if (shell === undefined || args.length > 1) throw new WrongUsageError(`give one of ${SHELLS.join(', ')}`);
  return shell;
}

function parse(args: readonly string[], options: readonly Option[]) {
  try {
    return parseArgs({ args: [...args], options: parserOptions(options), allowPositionals: true });
  } catch (cause) {
    throw new WrongUsageError((cause as Error).message, { cause });
  }
}

function parserOptions(options: readonly Option[]) {
  return Object.fromEntries(
    options.map(({ name, short, value, isRepeated = false }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: isRepeated,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

import type { Command, Option } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS, OWN_COMMANDS } from './command-table.ts';

const WIDTH = 100;

const EXIT_CODES = `Exit status: 0 done; 1 the server refused something, or something failed; 2 wrong call; 3 no answer
from the server; 130 ended by Ctrl-C.`;

/** What all commands are. */
export function overview(): string {
  const commands = [...COMMANDS, ...OWN_COMMANDS].map(({ name, args = '', summary }) => [`${name} ${args}`, summary]);
  return [
    'Usage: vigie COMMAND [options]\n',
    table(commands),
    '\nOptions of every command:\n',
    table(GLOBAL_OPTIONS.map(optionRow)),
    '\nvigie help COMMAND explains a command.',
    EXIT_CODES,
  ].join('\n');
}

export function commandHelp({ name, args = '', summary, details, options }: Command): string {
  return [
    `Usage: ${['vigie', name, args, '[options]'].filter(part => part !== '').join(' ')}\n`,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...(details === undefined ? [] : [details]),
    ...(options.length === 0 ? [] : ['', table(options.map(optionRow))]),
    '\nOptions of every command:\n',
    table(GLOBAL_OPTIONS.map(optionRow)),
    `\n${EXIT_CODES}`,
  ].join('\n');
}

function optionRow({ name, short, value, isRepeated, choices, help }: Option): string[] {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  const more = [choices && `: ${choices.join(', ')}`, isRepeated && ' (may be repeated)'];
  return [value === undefined ? names : `${names} ${value}`, help + more.filter(Boolean).join('')];
}

/** Two columns; what is too long for the second one goes on in the next line. */
function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = '']) => first.length)) + 4;
  const lines = rows.flatMap(([first = '', second = '']) =>
    wrap(second, WIDTH - width).map((line, index) => (index === 0 ? `  ${first}` : '').padEnd(width) + line),
  );
  return lines.join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

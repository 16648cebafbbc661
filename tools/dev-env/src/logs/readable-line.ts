import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

const NAME_WIDTH = 12;
const COLORS = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const;

/**
 * Turns a JSON log line into one for people, with the name of its process; another line stays as it is. Costs some 7
 * µs.
 */
export function readableLines(name: string, place: number): (line: string) => string {
  const label = styleText(COLORS[place % COLORS.length] ?? 'cyan', name.padEnd(NAME_WIDTH), { stream: process.stdout });
  const readable = readableLine(styleText('red', '', { stream: process.stdout }) !== '');
  return line => `${label} ${readable(line)}`;
}

/** The same without the name. */
export function readableLine(colorize = false): (line: string) => string {
  const pretty = prettyFactory({
    colorize,
    ignore: 'pid,hostname,service',
    singleLine: true,
    translateTime: 'HH:MM:ss.l',
  });
  return line => (line.startsWith('{') ? pretty(line).trimEnd() : line);
}

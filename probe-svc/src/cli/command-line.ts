export interface CommandLine {
  readonly sources: readonly string[];
  readonly json: boolean;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `usage: npm run -s probe -- [--json] FILE|URL...

Says what videos are from their first kilobytes: one line a source, or with --json one JSON object a line.
Relative names begin where npm was called. After -- every argument is a source.
A user and a password in a URL are sent to its server.
Exit status: 0 if all are understood, 1 if not, 2 for a wrong call.
PROBE_MAX_BYTES, PROBE_MAX_REQUESTS, PROBE_TIMEOUT_MS and FIRST_RANGE_BYTES set the limits, as for probe-svc.
`;

/**
 * @param isFile whether a file has this name: one that begins with a dash is taken as a file if there is one, so that
 * `npm run probe -- *.mp4` works whatever the names are
 * @returns 'help' if that was asked for
 * @throws UsageError
 */
export function readCommandLine(args: readonly string[], isFile: (name: string) => boolean): CommandLine | 'help' {
  const sources: string[] = [];
  let json = false;
  for (const [index, argument] of args.entries()) {
    if (argument === '--') {
      sources.push(...args.slice(index + 1));
      break;
    }
    if (argument === '--help' || argument === '-h') return 'help';
    if (argument === '--json') json = true;
    else if (argument.startsWith('-') && !isFile(argument)) throw new UsageError(`there is no option ${argument}`);
    else sources.push(argument);
  }
  if (sources.some(source => source === '')) throw new UsageError('a source has an empty name');
  if (sources.length === 0) throw new UsageError('no source is named');
  return { sources, json };
}

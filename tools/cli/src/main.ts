#!/usr/bin/env node
/** `vigie`: the command line. `vigie help` explains it. */
import { createVigieClient, type ErrorCode, VigieError } from '@vigie/client';
import type { Command } from './command.ts';
import { completionScript } from './completion.ts';
import { EXIT } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { Output } from './output.ts';
import { parseCall } from './parse-call.ts';
import type { Values } from './values.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

const DEFAULT_URL = 'http://127.0.0.1:8000';
/** A watch is tried again for long: only the first time is worth a line. */
const QUIET_AFTER_MS = 10_000;
/** Another key would help. */
const NOT_ALLOWED: readonly ErrorCode[] = ['UNAUTHENTICATED', 'PERMISSION_DENIED'];

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let output = new Output({ json: false, stdout: process.stdout, stderr: process.stderr });
  try {
    const call = parseCall(args);
    if (call.kind === 'completion') process.stdout.write(completionScript(call.shell));
    if (call.kind === 'help') output.text(call.command === undefined ? overview() : commandHelp(call.command));
    if (call.kind !== 'run') return EXIT.done;
    const { command, values } = call;
    endWithItsReader(command);
    output = new Output({ json: values.flag('json'), stdout: process.stdout, stderr: process.stderr });
    return await command.run({ ...call, output, client: clientOf(values, output) });
  } catch (error) {
    return report(error, output);
  }
}

function clientOf(values: Values, output: Output) {
  const { VIGIE_URL, VIGIE_TOKEN } = process.env;
  const url = values.text('url') ?? (VIGIE_URL || DEFAULT_URL);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new WrongUsageError(`--url ${url}: give a URL like ${DEFAULT_URL}`);
  }
  let noted = Number.NEGATIVE_INFINITY;
  const onRetry = ({ message }: VigieError) => {
    if (performance.now() - noted < QUIET_AFTER_MS) return;
    noted = performance.now();
    output.note(`${message} Trying again ...`);
  };
  const [token, timeoutMs] = [values.text('token') ?? (VIGIE_TOKEN || undefined), values.durationMs('timeout')];
  return createVigieClient({ url, token, timeoutMs, retry: { onRetry } });
}

/** `vigie list | head` ends when head does. What changes something goes on to its end, unheard. */
function endWithItsReader({ onlyReads }: Command): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (onlyReads) process.exit(EXIT.done);
  });
}

function report(error: unknown, output: Output): number {
  if (error instanceof WrongUsageError) {
    output.note(`vigie: ${error.message}`);
    output.note('vigie help explains the commands.');
    return EXIT.wrongUsage;
  }
  if (!(error instanceof VigieError)) {
    output.note(`vigie: ${(error as Error).message}`);
    return EXIT.failed;
  }
  if (output.json) output.note(JSON.stringify({ error }));
  else for (const line of linesOf(error)) output.note(line);
  if (error.isUnreachable) return EXIT.unreachable;
  return error.reason === 'INVALID_REQUEST' ? EXIT.wrongUsage : EXIT.failed;
}

function linesOf({ code, reason, message, fieldViolations, traceId }: VigieError): string[] {
  const name = reason === '' ? code : `${code} (${reason})`;
  return [
    `vigie: ${name}: ${message}`,
    ...fieldViolations.map(({ field, description }) => `  ${field} ${description}`),
    ...(NOT_ALLOWED.includes(code) ? ['  give an API key that may do this, by --token or VIGIE_TOKEN'] : []),
    ...(traceId === undefined ? [] : [`  trace ${traceId}`]),
  ];
}

// npm runs scripts in the project's folder; files are meant from where it was called.
if (process.env.npm_lifecycle_event === 'vigie' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.on('SIGINT', () => process.exit(EXIT.interrupted));
process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
/** `vigie`: the command line. `vigie help` explains it. */
import { VigieError } from '@vigie/client';
import type { Command } from './command.ts';
import { completionScript } from './completion.ts';
import { connect } from './connect.ts';
import { EXIT } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { endOnInterrupt } from './interruption.ts';
import { Output } from './output.ts';
import { parseCall } from './parse-call.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

/** What would help, by the reason or the code of an error. */
const HELP: Readonly<Record<string, string>> = {
  REFRESH_TOKEN_INVALID: 'log in again: vigie login',
  LOGIN_FAILED: '',
  UNAUTHENTICATED: 'log in (vigie login), or give an API key, by --token or VIGIE_TOKEN',
  PERMISSION_DENIED: 'give an API key that may do this, by --token or VIGIE_TOKEN, or log in as somebody who may',
};

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
    return await command.run({ ...call, output, ...connect(values, output) });
  } catch (error) {
    return report(error, output);
  }
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
  const help = HELP[reason] ?? HELP[code] ?? '';
  return [
    `vigie: ${name}: ${message}`,
    ...fieldViolations.map(({ field, description }) => `  ${field} ${description}`),
    ...(help === '' ? [] : [`  ${help}`]),
    ...(traceId === undefined ? [] : [`  trace ${traceId}`]),
  ];
}

// npm runs scripts in the project's folder; files are meant from where it was called.
if (process.env.npm_lifecycle_event === 'vigie' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
endOnInterrupt();
process.exitCode = await main(process.argv.slice(2));

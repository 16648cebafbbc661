import { WrongUsageError } from '@vigie/dev-env/command-line';
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { BackupError } from './backup-error.ts';
import { ENVIRONMENT } from './options.ts';
import { openServers, type Servers } from './servers.ts';

const WRONG_CALL = 2;

export interface Command<T> {
  readonly usage: string;
  /** @returns undefined if help is asked for. @throws WrongUsageError */
  readonly parse: (args: readonly string[]) => T | undefined;
  readonly run: (options: T, servers: Servers) => Promise<unknown>;
}

/** Runs `npm run backup` or `npm run restore`. @returns the exit code */
export async function runCommand<T>({ usage, parse, run }: Command<T>): Promise<number> {
  try {
    const options = parse(process.argv.slice(2));
    if (options === undefined) {
      console.log(usage + ENVIRONMENT);
      return 0;
    }
    await using teardown = new AsyncDisposableStack();
    await run(options, await openServers(process.env, teardown, say));
    return 0;
  } catch (error) {
    if (error instanceof WrongUsageError) console.error(`${error.message}\n\n${usage}${ENVIRONMENT}`);
    else if (error instanceof BackupError || error instanceof InvalidEnvironmentError) console.error(error.message);
    else console.error(error);
    return error instanceof WrongUsageError || error instanceof InvalidEnvironmentError ? WRONG_CALL : 1;
  }
}

export function say(line: string): void {
  console.log(line);
}

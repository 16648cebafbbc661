import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { DevEnvError } from './dev-env-error.ts';

export interface Command<Options extends { readonly help: boolean }> {
  readonly usage: string;
  /** @throws DevEnvError if the arguments are none of the command's */
  readonly parse: (args: string[]) => Options;
  /** @returns the exit code */
  readonly run: (options: Options) => Promise<number>;
}

/** Runs a command as this process; an error that is meant for people is shown without its stack. */
export async function runCommand<Options extends { readonly help: boolean }>(
  command: Command<Options>,
): Promise<never> {
  // A reader that went away, as in `npm start | head`, ends the mesh by its signal handlers, not by an unhandled error.
  process.stdout.on('error', () => process.emit('SIGTERM'));

  try {
    const options = command.parse(process.argv.slice(2));
    if (options.help) console.log(command.usage);
    else process.exitCode = await command.run(options);
  } catch (error) {
    const isForPeople = error instanceof DevEnvError || error instanceof InvalidEnvironmentError;
    console.error(`\n${isForPeople ? error.message : (error as Error).stack}\n`);
    process.exitCode = 1;
  }
  process.exit();
}

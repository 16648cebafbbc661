/** `npm start`: boots the mesh, shows it at work on the sample videos, and keeps it up. */
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { DevEnvError } from './dev-env-error.ts';
import { runStart } from './start/run-start.ts';
import { parseStartOptions, USAGE } from './start/start-options.ts';

// A reader that went away, as in `npm start | head`, ends the mesh by its signal handlers, not by an unhandled error.
process.stdout.on('error', () => process.emit('SIGTERM'));

try {
  const options = parseStartOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else process.exitCode = await runStart(options);
} catch (error) {
  const isForPeople = error instanceof DevEnvError || error instanceof InvalidEnvironmentError;
  console.error(`\n${isForPeople ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
process.exit();

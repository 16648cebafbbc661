/** `npm run dev`: boots the mesh and restarts the services whose source changes. */
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { parseDevOptions, USAGE } from './dev/dev-options.ts';
import { runDev } from './dev/run-dev.ts';
import { DevEnvError } from './dev-env-error.ts';

process.stdout.on('error', () => process.emit('SIGTERM'));

try {
  const options = parseDevOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else process.exitCode = await runDev(options);
} catch (error) {
  const isForPeople = error instanceof DevEnvError || error instanceof InvalidEnvironmentError;
  console.error(`\n${isForPeople ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
process.exit();

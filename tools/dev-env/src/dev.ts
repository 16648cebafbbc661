/** `npm run dev`: boots the mesh and restarts the services whose source changes. */
import { parseDevOptions, USAGE } from './dev/dev-options.ts';
import { runDev } from './dev/run-dev.ts';
import { runCommand } from './run-command.ts';

await runCommand({ usage: USAGE, parse: parseDevOptions, run: runDev });

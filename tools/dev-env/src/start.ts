/** `npm start`: boots the mesh, shows it at work on the sample videos, and keeps it up. */
import { runCommand } from './run-command.ts';
import { runStart } from './start/run-start.ts';
import { parseStartOptions, USAGE } from './start/start-options.ts';

await runCommand({ usage: USAGE, parse: parseStartOptions, run: runStart });

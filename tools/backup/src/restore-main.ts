/** `npm run restore`: restores what `npm run backup` has copied. */
import { whereCalled } from '@vigie/dev-env/command-line';
import { parseRestoreOptions, RESTORE_USAGE } from './options.ts';
import { restore } from './restore.ts';
import { runCommand, say } from './run-command.ts';

process.exitCode = await runCommand({
  usage: RESTORE_USAGE,
  parse: parseRestoreOptions,
  run: ({ from, force }, servers) => restore({ ...servers, from: whereCalled('restore', from), force, say }),
});

/** `npm run backup`: copies Postgres and JetStream of a mesh together. */
import { readFile } from 'node:fs/promises';
import { whereCalled } from '@vigie/dev-env/command-line';
import { backUp } from './backup.ts';
import { BACKUP_USAGE, parseBackupOptions } from './options.ts';
import { runCommand, say } from './run-command.ts';

process.exitCode = await runCommand({
  usage: BACKUP_USAGE,
  parse: parseBackupOptions,
  run: async ({ to }, servers) => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    await backUp({ ...servers, to: whereCalled('backup', to), version, say });
  },
});

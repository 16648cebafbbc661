import { parseOptions, WrongUsageError } from '@vigie/dev-env/command-line';

export const BACKUP_USAGE = `Usage: npm run -s backup -- --to DIR

Copies Postgres and JetStream of a mesh, which may go on meanwhile, to a new folder in DIR, named by the time. Whatever
was accepted before the call is in it.

  --to DIR         the folder for backups; it is made if it isn't there, and may have others
  --help           this text
`;

export const RESTORE_USAGE = `Usage: npm run -s restore -- --from DIR [--force]

Restores a backup to a Postgres and a nats-server without rows and messages. The mesh's services have to be stopped; start
them afterwards. Every file is checked before anything is written.

  --from DIR       the folder of one backup, as \`npm run backup\` named it
  --force          delete the rows and messages that are there
  --help           this text
`;

export const ENVIRONMENT = `
DATABASE_MIGRATION_URL (or DATABASE_URL) is Postgres, as the role that owns the schemas; NATS_URL is nats-server, as the
user operator. Without them both are those of \`npm start\`, which are started for the time of the call if they don't
run (VIGIE_DATA_DIR, POSTGRES_PORT and NATS_PORT count). Exits 0 if it is done, 1 if not, 2 for a wrong call.`;

/** @returns undefined if help is asked for. @throws WrongUsageError */
export function parseBackupOptions(args: readonly string[]): { readonly to: string } | undefined {
  const { help, to } = parseOptions(args, { ...HELP, to: { type: 'string' } } as const);
  return help ? undefined : { to: required('--to', to) };
}

export interface RestoreOptions {
  readonly from: string;
  readonly force: boolean;
}

/** @returns undefined if help is asked for. @throws WrongUsageError */
export function parseRestoreOptions(args: readonly string[]): RestoreOptions | undefined {
  const options = { ...HELP, from: { type: 'string' }, force: { type: 'boolean', default: false } } as const;
  const { help, from, force } = parseOptions(args, options);
  return help ? undefined : { from: required('--from', from), force };
}

const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const;

function required(name: string, dir: string | undefined): string {
  if (dir === undefined || dir === '') throw new WrongUsageError(`${name} DIR is missing`);
  return dir;
}

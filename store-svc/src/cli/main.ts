/** `npm run archive`: shows which alerts are archived, and brings them back. */
import { parseArgs } from 'node:util';
import { MikroORM } from '@mikro-orm/postgresql';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { ormOptions } from '@vigie/postgres';
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { createLogger } from '@vigie/service-kit/telemetry';
import { FileAlertArchive } from '../adapters/files/file-alert-archive.ts';
import { findArchived, restoreRows } from '../adapters/postgres/restore-rows.ts';
import { STORE_SCHEMA } from '../adapters/postgres/schema.ts';
import { readArchiveCliConfig } from '../config.ts';

const USAGE = `Usage: npm run archive                         which files hold archived alerts, and how many
       npm run archive -- --restore FILE...    brings the alerts of these files back
       npm run archive -- --restore --uid UID  brings one alert back; with --tenant ID, a tenant's
       npm run archive -- --restore --all      brings all back

ARCHIVE_DIR is where the files are, DATABASE_MIGRATION_URL the Postgres, as the owner of the schema. A file stays where
it is; alerts that were deleted since are not brought back. They are archived again ARCHIVE_AFTER_DAYS later.

Exit status: 0 done, 1 failed, 2 wrong call.`;

const STRING = { type: 'string' } as const;

class UsageError extends Error {}

interface Options {
  readonly restores: boolean;
  readonly files: readonly string[];
  readonly uid: string | undefined;
  readonly tenant: string;
  readonly all: boolean;
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isWrongCall = error instanceof UsageError || error instanceof InvalidEnvironmentError;
  process.stderr.write(`archive: ${(error as Error).message}\n${error instanceof UsageError ? `\n${USAGE}\n` : ''}`);
  process.exitCode = isWrongCall ? 2 : 1;
}

async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(`${USAGE}\n`);
  const options = readOptions(args);
  const { archiveDir, migrationUrl: url } = readArchiveCliConfig(process.env);
  const archive = new FileAlertArchive(archiveDir);
  const orm = new MikroORM(ormOptions(STORE_SCHEMA, { url, poolSize: 2, logger: createLogger('archive', 'silent') }));
  try {
    const { uid, tenant } = options;
    const archived = await findArchived(orm, uid === undefined ? {} : { tenant, uid });
    const uidsByFile = Map.groupBy(archived, ({ file }) => file);
    if (!options.restores) return show(uidsByFile);
    const files = options.files.length > 0 ? options.files : [...uidsByFile.keys()];
    if (uid !== undefined && files.length === 0) throw new Error(`${uid} is not archived.`);
    for (const file of files) {
      const rows = await archive.read(file);
      const wanted = uid === undefined ? rows : rows.filter(row => JSON.parse(row).uid === uid);
      process.stdout.write(`${file}: ${await restoreRows(orm, wanted)} brought back\n`);
    }
  } finally {
    await orm.close(true);
  }
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const { restore = false, all = false, uid, tenant } = values;
  const ways = [positionals.length > 0, uid !== undefined, all].filter(Boolean).length;
  if (restore ? ways !== 1 : ways > 0) throw new UsageError('--restore takes files, --uid or --all.');
  if (tenant !== undefined && uid === undefined) throw new UsageError('--tenant says whose --uid it is.');
  return { restores: restore, files: positionals, uid, tenant: tenant ?? DEFAULT_TENANT, all };
}

function parse(args: readonly string[]) {
  try {
    const options = { restore: { type: 'boolean' }, all: { type: 'boolean' }, uid: STRING, tenant: STRING } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function show(uidsByFile: ReadonlyMap<string, readonly object[]>): void {
  for (const file of [...uidsByFile.keys()].sort()) {
    process.stdout.write(`${file}  ${uidsByFile.get(file)?.length} alerts\n`);
  }
}

import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { MIGRATION_NAMES, TABLES } from '@vigie/store-svc/schema';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { BackupError } from './backup-error.ts';
import type { NewBackup } from './backup-folder.ts';
import { type TableCopy, tableFile } from './manifest.ts';
import { queryNames } from './postgres-session.ts';

/** With the checksum, a file that is damaged ends the decompression too. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

/** Those of Vigie's tables that are there: an earlier version has fewer. */
export async function findTables(client: Client): Promise<string[]> {
  const there = await queryNames(client, `select tablename as name from pg_tables where schemaname = 'public'`);
  return TABLES.filter(name => there.includes(name));
}

/** Names of the migrations that have run, in their order; none where there is no schema. */
export async function readMigrations(client: Client): Promise<string[]> {
  const isThere = await client.query(`select to_regclass('public.schema_migrations') is not null as there`);
  if (isThere.rows[0]?.there !== true) return [];
  return queryNames(client, 'select name from schema_migrations order by id');
}

/** @throws BackupError if a later Vigie has made the schema, with tables that this one doesn't know */
export function requireKnown(migrations: readonly string[], what: string): void {
  const unknown = migrations.find((name, index) => name !== MIGRATION_NAMES[index]);
  if (unknown === undefined) return;
  throw new BackupError(
    `${what} has the migration ${unknown}, which this Vigie (up to ${MIGRATION_NAMES.at(-1)}) doesn't know: ` +
      'use the version that it is of, or a later one.',
  );
}

/** In the transaction of the caller. */
export async function copyTable(client: Client, name: string, backup: NewBackup): Promise<TableCopy> {
  const columns = await queryNames(
    client,
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [name],
  );
  const rows = client.query(copyTo(`copy ${name} (${columns.join(', ')}) to stdout`));
  const compressed = createZstdCompress(ZSTD);
  await Promise.all([pipeline(rows, compressed), backup.write(tableFile({ name }), compressed)]);
  return { name, columns, rows: rows.rowCount };
}

/** In the transaction of the caller, which owns the tables. What they hold is replaced. */
export async function loadTables(client: Client, dir: string, tables: readonly TableCopy[]): Promise<void> {
  const unknown = tables.find(({ name }) => !TABLES.includes(name));
  if (unknown !== undefined) throw new BackupError(`${dir} has a table ${unknown.name}, which is not Vigie's.`);
  for (const { name } of tables) await client.query(`alter table ${name} disable trigger user`);
  await client.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
  // Triggers count rows, and the counts are rows of the backup themselves.
  for (const table of tables) await loadTable(client, dir, table);
  for (const { name } of tables) await client.query(`alter table ${name} enable trigger user`);
}

async function loadTable(client: Client, dir: string, table: TableCopy): Promise<void> {
  const { name, columns, rows } = table;
  const copy = client.query(copyFrom(`copy ${name} (${columns.join(', ')}) from stdin`));
  await pipeline(createReadStream(path.join(dir, tableFile(table))), createZstdDecompress(), copy);
  if (copy.rowCount === rows) return;
  throw new BackupError(`${tableFile(table)} has ${copy.rowCount} rows instead of ${rows}.`);
}

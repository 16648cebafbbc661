import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { BackupError } from './backup-error.ts';
import type { NewBackup } from './backup-folder.ts';
import { type RunMigrations, type TableCopy, tableFile } from './manifest.ts';
import { queryNames } from './postgres-session.ts';
import { type CopiedSchema, SCHEMAS } from './schemas.ts';

/** With the checksum, a file that is damaged ends the decompression too. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

/** Those of Vigie's tables that are there: an earlier version has fewer. */
export async function findTables(client: Client, schemas: readonly CopiedSchema[] = SCHEMAS): Promise<string[]> {
  // What the transaction sees, which `to_regclass` doesn't keep to.
  const there = await queryNames(
    client,
    `select case schemaname when 'public' then '' else schemaname || '.' end || tablename as name from pg_tables`,
  );
  return schemas.flatMap(({ tables }) => tables).filter(name => there.includes(name));
}

/** Without the schemas that aren't there. */
export async function readMigrations(client: Client): Promise<RunMigrations> {
  const found: [schema: string, migrations: string[]][] = [];
  for (const { name, migrationsTable } of SCHEMAS) {
    const isThere = await client.query('select to_regclass($1) is not null as there', [migrationsTable]);
    if (isThere.rows[0]?.there !== true) continue;
    const migrations = await queryNames(client, `select name from ${migrationsTable} order by id`);
    if (migrations.length > 0) found.push([name, migrations]);
  }
  return Object.fromEntries(found);
}

/** @throws BackupError if a later Vigie has made a schema, or tables in one, that this one doesn't know */
export function requireKnown(migrations: RunMigrations, what: string): void {
  for (const [name, run] of Object.entries(migrations)) {
    const known = SCHEMAS.find(schema => schema.name === name)?.migrations ?? [];
    const unknown = run.find((migration, index) => migration !== known[index]);
    if (unknown === undefined) continue;
    const newest = known.length === 0 ? 'without that schema' : `up to ${known.at(-1)}`;
    throw new BackupError(
      `${what} has the migration ${unknown} of the schema ${name}, which this Vigie (${newest}) ` +
        "doesn't know: use the version that it is of, or a later one.",
    );
  }
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
  const unknown = tables.find(({ name }) => !SCHEMAS.some(schema => schema.tables.includes(name)));
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

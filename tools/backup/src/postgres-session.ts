import { clientConfig } from '@vigie/postgres';
import { Client } from 'pg';
import { BackupError } from './backup-error.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Values as every version writes and reads them, and no timeouts: a long COPY is no error. For a transaction each, as
 * there may be a pooler between.
 */
const SETTINGS = [
  "set local client_encoding = 'UTF8'",
  "set local timezone = 'UTC'",
  "set local datestyle = 'ISO'",
  "set local intervalstyle = 'postgres'",
  "set local bytea_output = 'hex'",
  'set local extra_float_digits = 1',
  'set local statement_timeout = 0',
  'set local lock_timeout = 0',
  'set local idle_in_transaction_session_timeout = 0',
].join('; ');

/** A session that ends with the block that owns it. */
export interface PostgresSession extends AsyncDisposable {
  readonly client: Client;
}

/** @throws BackupError if it can't be reached */
export async function openPostgres(url: string): Promise<PostgresSession> {
  const client = new Client({
    ...clientConfig(url),
    application_name: 'vigie-backup',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A lost connection fails whatever is asked next.
  client.on('error', () => undefined);
  await client.connect().catch(cause => {
    throw new BackupError(`Can't connect to Postgres at ${new URL(url).host}: ${cause.message}`, { cause });
  });
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** Ends without a commit if `work` rejects. @param mode as in `begin isolation level repeatable read` */
export async function inTransaction<T>(client: Client, mode: string, work: () => Promise<T>): Promise<T> {
  await client.query(`begin ${mode}`);
  try {
    await client.query(SETTINGS);
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

export async function queryNames(client: Client, sql: string, values: readonly unknown[] = []): Promise<string[]> {
  return (await client.query(sql, values)).rows.map(({ name }) => String(name));
}

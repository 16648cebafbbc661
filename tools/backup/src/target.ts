import type { JetStreamManager } from '@nats-io/jetstream';
import { STREAM_NAMES } from '@vigie/alert/streams';
import { removeSchema } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import type { Client } from 'pg';
import { BackupError } from './backup-error.ts';
import { queryNames } from './postgres-session.ts';
import { SCHEMAS } from './schemas.ts';
import { findTables, readMigrations, requireKnown } from './table-copies.ts';

/** Vigie's own streams, those too that aren't in a backup. */
const STREAMS: readonly string[] = [...STREAM_NAMES, 'ATTEMPTS'];
/** Has a row from the start. */
const NEVER_EMPTY = 'maintenance';

/** The Postgres and the nats-server that a backup is restored to. */
export interface Target {
  readonly postgresUrl: string;
  readonly client: Client;
  readonly manager: JetStreamManager;
}

/**
 * As far as it can be seen: by the names of connections to Postgres, and by who waits for messages.
 *
 * @throws BackupError naming them
 */
export async function requireNoServices({ client, manager }: Target): Promise<void> {
  const sessions = await queryNames(
    client,
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'vigie-%-svc'`,
  );
  const readers: string[] = [];
  for (const stream of await findStreams(manager)) {
    for await (const { name, num_waiting } of manager.consumers.list(stream)) {
      if (num_waiting > 0) readers.push(`whoever reads ${stream} as ${name}`);
    }
  }
  const connected = [...sessions.map(name => name.replace(/^vigie-/, '')), ...readers];
  if (connected.length === 0) return;
  throw new BackupError(`Stop the services first. Connected are: ${connected.join(', ')}.`);
}

/** What is there that would be lost, in words. */
export async function findContents({ client, manager }: Target): Promise<string[]> {
  const contents: string[] = [];
  for (const name of await findTables(client)) {
    const { rows } = await client.query(`select count(*)::int as count from ${name}`);
    const count = Number(rows[0]?.count);
    if (count > 0 && name !== NEVER_EMPTY) contents.push(`${count} rows of the table ${name}`);
  }
  for (const name of await findStreams(manager)) {
    const { messages } = (await manager.streams.info(name)).state;
    if (messages > 0) contents.push(`${messages} messages of the stream ${name}`);
  }
  return contents;
}

/** Removes Vigie's tables and streams; whatever else is there stays. */
export async function empty({ postgresUrl, client, manager }: Target): Promise<void> {
  const migrations = await readMigrations(client);
  requireKnown(migrations, 'Postgres');
  const schemas = SCHEMAS.filter(({ name }) => name in migrations);
  // They would be converted row by row otherwise. One by one, as a trigger of the first empties others; with those that
  // refer to it, which are Vigie's own: any other would keep it from being removed.
  for (const name of await findTables(client, schemas)) await client.query(`truncate ${name} cascade`);
  for (const { service } of schemas) await removeSchema(service, postgresUrl, createLogger('backup', 'silent'));
  for (const name of await findStreams(manager)) await manager.streams.delete(name);
}

async function findStreams(manager: JetStreamManager): Promise<string[]> {
  const names = await Array.fromAsync(manager.streams.names());
  return STREAMS.filter(name => names.includes(name));
}

import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAM_NAMES } from '@vigie/alert/streams';
import type { Client } from 'pg';
import { BackupError } from './backup-error.ts';
import { NewBackup } from './backup-folder.ts';
import { readProgress, type StreamProgress } from './consumer-starts.ts';
import { FORMAT, type Manifest, type StreamCopy, streamFiles, type TableCopy } from './manifest.ts';
import { inTransaction, openPostgres } from './postgres-session.ts';
import { snapshotStream } from './stream-copies.ts';
import { copyTable, findTables, readMigrations, requireKnown } from './table-copies.ts';
import { mebibytes, type Say, secondsSince } from './wording.ts';

export interface BackupParts {
  readonly postgresUrl: string;
  readonly connection: NatsConnection;
  /** The folder that gets the folder of this backup. */
  readonly to: string;
  /** Of Vigie. */
  readonly version: string;
  readonly say: Say;
}

/** Those that events are on before that of alerts, so that no event is of an alert that isn't in the backup. */
const STREAMS = STREAM_NAMES.toSorted((a, b) => Number(a === 'ALERTS') - Number(b === 'ALERTS'));
/** Whoever has put into Postgres what a stream holds: the stream has to reach back to what it had not. */
const WRITERS: Readonly<Record<string, string>> = { ALERTS: 'record', QUARANTINE: 'quarantine' };
/** Owned by probe-svc: how often an alert was delivered by a consumer that is made anew says nothing any more. */
const LEFT_OUT = ['ATTEMPTS'];
const MOST_TRIES = 3;

/**
 * Copies Postgres and JetStream of a mesh that goes on meanwhile, in an order in which each copy may be later than the
 * one before, and no harm is done: how far the consumers are, the rows, events, alerts.
 *
 * @returns the folder of the backup
 */
export async function backUp(parts: BackupParts): Promise<string> {
  const begunAt = new Date();
  await using backup = await NewBackup.begin(parts.to, begunAt);
  const manager = await jetstreamManager(parts.connection);
  await nameWhatIsLeftOut(manager, parts.say);
  for (let tries = 1; ; tries++) {
    try {
      const copied = await copyAll(parts, manager, backup);
      const { version, say } = parts;
      const times = { begunAt: begunAt.toISOString(), finishedAt: new Date().toISOString() };
      const dir = await backup.finish({ format: FORMAT, version, ...times, ...copied });
      say(`${dir}: ${mebibytes(backup.bytes)} in ${secondsSince(begunAt)}`);
      return dir;
    } catch (error) {
      if (!(error instanceof TrimmedMeanwhileError) || tries === MOST_TRIES) throw error;
      parts.say(`${error.message} Beginning again.`);
      await backup.clear();
    }
  }
}

type Copied = Pick<Manifest, 'postgres' | 'jetStream'>;

async function copyAll(parts: BackupParts, manager: JetStreamManager, backup: NewBackup): Promise<Copied> {
  const { connection, postgresUrl, say } = parts;
  await using session = await openPostgres(postgresUrl);
  const { client } = session;
  // First of all: what they had finished is in the rows, and what they had not will be done again.
  const progress: [stream: string, StreamProgress][] = [];
  for (const stream of STREAMS) progress.push([stream, await progressOf(manager, stream)]);
  return await inTransaction(client, 'isolation level repeatable read read only', async () => {
    // The first query decides what all others see.
    const version = await requirePrimary(client);
    const migrations = await readMigrations(client);
    if (Object.keys(migrations).length === 0) throw new BackupError('This Postgres has no schema of Vigie.');
    requireKnown(migrations, 'Postgres');
    // Before the tables, however long these take: what comes after the snapshot is in the streams alone.
    const streams: StreamCopy[] = [];
    for (const [name, before] of progress) streams.push(await copyStream(parts, name, before, backup));
    const tables: TableCopy[] = [];
    for (const name of await findTables(client)) tables.push(await copyTableAndSay(client, name, backup, say));
    const server = connection.info?.version ?? 'unknown';
    return { postgres: { version, migrations, tables }, jetStream: { version: server, streams } };
  });
}

/** A standby may be behind what consumers have acknowledged on the strength of its primary. @returns its version */
async function requirePrimary(client: Client): Promise<string> {
  const { rows } = await client.query(
    `select pg_is_in_recovery() as standby, current_setting('server_version') as version`,
  );
  if (rows[0]?.standby === false) return String(rows[0].version);
  throw new BackupError('This Postgres is a standby, which may be behind: name the primary.');
}

function progressOf(manager: JetStreamManager, stream: string): Promise<StreamProgress> {
  return readProgress(manager, stream).catch(cause => {
    throw new BackupError(`The stream ${stream} can't be copied: ${cause.message}`, { cause });
  });
}

async function copyStream(
  { connection, say }: BackupParts,
  name: string,
  { consumers, firstSequence }: StreamProgress,
  backup: NewBackup,
): Promise<StreamCopy> {
  const begunAt = new Date();
  const { config, state, chunks } = await snapshotStream(connection, name);
  const { facts, messages } = streamFiles({ name });
  const bytes = await backup.write(messages, chunks);
  await backup.write(facts, [Buffer.from(JSON.stringify({ config, state }))]);
  const writer = consumers.find(consumer => consumer.config.durable_name === WRITERS[name]);
  const needed = Math.max(firstSequence, (writer?.finishedThrough ?? 0) + 1);
  if (state.first_seq > needed) throw new TrimmedMeanwhileError(name);
  say(`stream ${name}: ${state.messages} messages, ${mebibytes(bytes)} in ${secondsSince(begunAt)}`);
  const { messages: count, bytes: size, first_seq, last_seq } = state;
  return { name, config, state: { messages: count, bytes: size, first_seq, last_seq }, consumers };
}

async function copyTableAndSay(client: Client, name: string, backup: NewBackup, say: Say): Promise<TableCopy> {
  const begunAt = new Date();
  const before = backup.bytes;
  const table = await copyTable(client, name, backup);
  say(`table ${name}: ${table.rows} rows, ${mebibytes(backup.bytes - before)} in ${secondsSince(begunAt)}`);
  return table;
}

async function nameWhatIsLeftOut(manager: JetStreamManager, say: Say): Promise<void> {
  const names = await Array.fromAsync(manager.streams.names());
  const others = names.filter(name => !STREAMS.some(stream => stream === name) && !LEFT_OUT.includes(name));
  if (others.length > 0) say(`not copied, as not Vigie's: the streams ${others.toSorted().join(', ')}`);
}

/** What was not in the rows yet when they were read has left the stream since: it would be in neither. */
class TrimmedMeanwhileError extends BackupError {
  constructor(stream: string) {
    super(`The stream ${stream} was trimmed of messages that had no row yet when Postgres was read.`);
  }
}

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { migrate } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import type { Client } from 'pg';
import { BackupError } from './backup-error.ts';
import { bytesOf, readBackup } from './backup-folder.ts';
import { makeConsumer } from './consumer-starts.ts';
import { type Manifest, type StreamCopy, streamFiles } from './manifest.ts';
import { inTransaction, openPostgres } from './postgres-session.ts';
import { SCHEMAS } from './schemas.ts';
import { skipFinished } from './skip-finished.ts';
import { restoreStream, type StreamFacts } from './stream-copies.ts';
import { loadTables, requireKnown } from './table-copies.ts';
import { empty, findContents, requireNoServices } from './target.ts';
import { mebibytes, type Say, secondsSince } from './wording.ts';

export interface RestoreParts {
  /** As the role that owns the schemas. */
  readonly postgresUrl: string;
  readonly connection: NatsConnection;
  /** The folder of one backup. */
  readonly from: string;
  /** Deletes what is there. */
  readonly force: boolean;
  readonly say: Say;
}

/** Restores a backup to a Postgres and a nats-server that have nothing of Vigie, while no service runs. */
export async function restore(parts: RestoreParts): Promise<void> {
  const { postgresUrl, connection, from, say } = parts;
  const begunAt = new Date();
  const manifest = await readBackup(from);
  requireKnown(manifest.postgres.migrations, from);
  say(`${from}: of ${manifest.begunAt}, ${mebibytes(await bytesOf(from))}, every file as it was written`);
  await using session = await openPostgres(postgresUrl);
  const { client } = session;
  const manager = await jetstreamManager(connection);
  await makeRoom(parts, { postgresUrl, client, manager });
  await restoreTables(parts, manifest, client);
  for (const stream of manifest.jetStream.streams) await restoreOne(parts, stream);
  await makeConsumers(parts, manifest, client, manager);
  say(`restored in ${secondsSince(begunAt)}; start the services`);
}

async function makeRoom({ force, say }: RestoreParts, target: Parameters<typeof empty>[0]): Promise<void> {
  await requireNoServices(target);
  const contents = await findContents(target);
  const list = contents.map(content => `  ${content}\n`).join('');
  if (contents.length > 0 && !force) {
    throw new BackupError(`Postgres and nats-server aren't empty. --force would delete:\n${list}`.trimEnd());
  }
  if (contents.length > 0) say(`deleting:\n${list}`.trimEnd());
  await empty(target);
}

async function restoreTables({ postgresUrl, from, say }: RestoreParts, manifest: Manifest, client: Client) {
  const begunAt = new Date();
  const { migrations, tables } = manifest.postgres;
  const logger = createLogger('backup', 'silent');
  for (const { name, service } of SCHEMAS) {
    const last = migrations[name]?.at(-1);
    if (last !== undefined) await migrate(service, postgresUrl, logger, last);
  }
  await inTransaction(client, '', () => loadTables(client, from, tables));
  // As the next start of their services would: those too that were not there yet when the backup was made.
  for (const { service } of SCHEMAS) await migrate(service, postgresUrl, logger);
  await client.query('analyze');
  const rows = tables.map(({ name, rows }) => `${name} ${rows}`).join(', ');
  say(`tables: ${rows} in ${secondsSince(begunAt)}`);
}

async function restoreOne({ connection, from, say }: RestoreParts, copy: StreamCopy): Promise<void> {
  const begunAt = new Date();
  const { facts, messages } = streamFiles(copy);
  const { config, state }: StreamFacts = JSON.parse(await readFile(path.join(from, facts), 'utf8'));
  const { state: now } = await restoreStream(
    connection,
    { config, state },
    createReadStream(path.join(from, messages)),
  );
  if (now.last_seq < state.last_seq || now.messages < state.messages) {
    throw new BackupError(`The stream ${copy.name} came back with ${now.messages} of ${state.messages} messages.`);
  }
  say(
    `stream ${copy.name}: ${now.messages} messages, ${now.first_seq} to ${now.last_seq}, in ${secondsSince(begunAt)}`,
  );
}

/**
 * Each begins after what it had finished before Postgres was read; those of the mesh also with what no sweep had looked
 * at, as retention-svc may trim it before the next one does.
 */
async function makeConsumers(
  { connection, say }: RestoreParts,
  { jetStream }: Manifest,
  postgres: Client,
  manager: JetStreamManager,
): Promise<void> {
  const swept = await sweptThrough(postgres);
  for (const { name: stream, consumers } of jetStream.streams) {
    for (const consumer of consumers) {
      const name = consumer.config.durable_name as string;
      const isSwept = stream === 'ALERTS' && ['record', 'probe'].includes(name);
      const first = 1 + (isSwept ? Math.min(consumer.finishedThrough, swept) : consumer.finishedThrough);
      await makeConsumer(manager, stream, consumer, first);
      const client = jetstream(connection);
      const isProbe = stream === 'ALERTS' && name === 'probe';
      const skipped = isProbe ? await skipFinished({ connection, client, manager, postgres }, first) : 0;
      const { num_pending, num_ack_pending } = await manager.consumers.info(stream, name);
      say(`consumer ${name} of ${stream}: ${num_pending + num_ack_pending} to do, ${skipped} skipped as done`);
    }
  }
}

async function sweptThrough(postgres: Client): Promise<number> {
  const { rows } = await postgres.query('select swept_sequence from maintenance');
  return Number(rows[0]?.swept_sequence ?? 0);
}

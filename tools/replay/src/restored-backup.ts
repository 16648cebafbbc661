import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startScratchNats } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import type { Source } from './read-messages.ts';

const STREAM = 'ALERTS';
const CHUNK_BYTES = 128 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;

/** What `nats backup` writes beside the messages. */
interface BackupFile {
  readonly config: { readonly name: string };
  readonly state: object;
}

/**
 * A backup of the stream `ALERTS`, on a nats-server of its own: the mesh's has a stream of that name. The server is
 * gone once `teardown` is disposed of.
 *
 * @throws Error if the folder has no such backup
 */
export async function restoreBackup(dir: string, teardown: AsyncDisposableStack): Promise<Source> {
  const { config, state } = await readBackupFile(dir);
  if (config.name !== STREAM) throw new Error(`${dir} is a backup of the stream ${config.name}, not of ${STREAM}.`);
  const messages = await readFile(path.join(dir, 'stream.tar.s2'));
  const nats = teardown.use(await startScratchNats());
  const connection = await connect(readNatsUrl(nats.url));
  teardown.defer(() => connection.close());
  await restore(connection, { config, state }, messages);
  return { client: jetstream(connection), manager: await jetstreamManager(connection) };
}

async function readBackupFile(dir: string): Promise<BackupFile> {
  const file = path.join(dir, 'backup.json');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${dir} is no folder that nats stream backup has made: ${(cause as Error).message}`, { cause });
  }
}

/** The protocol of `$JS.API.STREAM.RESTORE`: chunks, each of them acknowledged, then an empty one. */
async function restore(connection: NatsConnection, { config, state }: BackupFile, messages: Buffer): Promise<void> {
  const ask = async (subject: string, payload: string | Uint8Array = '') => {
    const answer = await connection.request(subject, payload, { timeout: REQUEST_TIMEOUT_MS });
    const { error, ...rest } = answer.data.length === 0 ? {} : answer.json<Record<string, unknown>>();
    if (error !== undefined) throw new Error(`The backup can't be restored: ${(error as Error).message ?? error}`);
    return rest as { deliver_subject?: string };
  };
  const request = JSON.stringify({ config: { ...config, num_replicas: 1, placement: undefined }, state });
  const { deliver_subject: subject = '' } = await ask(`$JS.API.STREAM.RESTORE.${STREAM}`, request);
  for (let start = 0; start < messages.length; start += CHUNK_BYTES) {
    await ask(subject, messages.subarray(start, start + CHUNK_BYTES));
  }
  await ask(subject);
}

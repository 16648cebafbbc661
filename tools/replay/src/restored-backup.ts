import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { restoreStream, type StreamFacts } from '@vigie/backup/streams';
import { startScratchNats } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import type { Source } from './read-messages.ts';

const STREAM = 'ALERTS';

/**
 * A backup of the stream `ALERTS`, on a nats-server of its own: the mesh's has a stream of that name. The server is
 * gone once `teardown` is disposed of.
 *
 * @throws Error if the folder has no such backup
 */
export async function restoreBackup(dir: string, teardown: AsyncDisposableStack): Promise<Source> {
  const { config, state } = await readBackupFile(dir);
  if (config.name !== STREAM) throw new Error(`${dir} is a backup of the stream ${config.name}, not of ${STREAM}.`);
  const nats = teardown.use(await startScratchNats());
  const connection = await connect(readNatsUrl(nats.url));
  teardown.defer(() => connection.close());
  const alone = { ...config, num_replicas: 1, placement: undefined as never };
  await restoreStream(connection, { config: alone, state }, createReadStream(path.join(dir, 'stream.tar.s2')));
  return { client: jetstream(connection), manager: await jetstreamManager(connection) };
}

/** What `nats backup` writes beside the messages. */
async function readBackupFile(dir: string): Promise<StreamFacts> {
  const file = path.join(dir, 'backup.json');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${dir} is no folder that nats stream backup has made: ${(cause as Error).message}`, { cause });
  }
}

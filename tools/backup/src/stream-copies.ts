import type { StreamConfig, StreamInfo, StreamState } from '@nats-io/jetstream';
import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { BackupError } from './backup-error.ts';

/** What nats-server says of a stream as it begins to send a copy of it. */
export interface StreamFacts {
  readonly config: StreamConfig;
  readonly state: StreamState;
}

export interface StreamSnapshot extends StreamFacts {
  /** To be read to its end, or not at all. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 128 * 1024;
/** nats-server waits for its disk, or for room, no longer than that. */
const SILENCE_MS = 60_000;

/**
 * A copy of a stream, with its sequences and times, by the protocol of `$JS.API.STREAM.SNAPSHOT`: nats-server sends
 * chunks to a subject of the caller's, no more than it is told that were received, and an empty message at the end.
 */
export async function snapshotStream(connection: NatsConnection, name: string): Promise<StreamSnapshot> {
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox);
  try {
    const request = { deliver_subject: inbox, no_consumers: true, chunk_size: CHUNK_BYTES };
    const facts = await ask<StreamFacts>(connection, `$JS.API.STREAM.SNAPSHOT.${name}`, JSON.stringify(request));
    return { ...facts, chunks: readChunks(subscription, name) };
  } catch (cause) {
    subscription.unsubscribe();
    throw new BackupError(`The stream ${name} can't be copied: ${(cause as Error).message}`, { cause });
  }
}

async function* readChunks(subscription: Subscription, name: string): AsyncIterable<Uint8Array> {
  const silence = setTimeout(() => subscription.unsubscribe(), SILENCE_MS);
  try {
    for await (const message of subscription) {
      silence.refresh();
      const { data, headers } = message;
      if (data.length > 0) yield data;
      else if (headers === undefined || headers.code < 300) return;
      else throw new BackupError(`nats-server stopped copying the stream ${name}: ${headers.description}`);
      message.respond();
    }
    throw new BackupError(`nats-server fell silent while it copied the stream ${name}.`);
  } finally {
    clearTimeout(silence);
    subscription.unsubscribe();
  }
}

/** By the protocol of `$JS.API.STREAM.RESTORE`: chunks, each of them acknowledged, then an empty one. */
export async function restoreStream(
  connection: NatsConnection,
  { config, state }: StreamFacts,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StreamInfo> {
  try {
    const request = JSON.stringify({ config, state });
    const begun = await ask<{ deliver_subject: string }>(connection, `$JS.API.STREAM.RESTORE.${config.name}`, request);
    for await (const chunk of inPieces(chunks)) await ask(connection, begun.deliver_subject, chunk);
    return await ask<StreamInfo>(connection, begun.deliver_subject, '');
  } catch (cause) {
    throw new BackupError(`The stream ${config.name} can't be restored: ${(cause as Error).message}`, { cause });
  }
}

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += CHUNK_BYTES) yield chunk.subarray(start, start + CHUNK_BYTES);
  }
}

async function ask<T>(connection: NatsConnection, subject: string, payload: string | Uint8Array): Promise<T> {
  const answer = await connection.request(subject, payload, { timeout: SILENCE_MS });
  const { error, ...rest } = answer.data.length === 0 ? {} : answer.json<{ error?: { description?: string } }>();
  if (error !== undefined) throw new Error(error.description ?? JSON.stringify(error));
  return rest as T;
}

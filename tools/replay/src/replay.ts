import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { publishAgain } from './publish-again.ts';
import { readMessages, type Source } from './read-messages.ts';
import type { ReplayOptions } from './replay-options.ts';
import { restoreBackup } from './restored-backup.ts';

export interface ReplaySummary {
  readonly count: number;
  /** Positions of the first and the last message in the stream or the backup; undefined if there is none. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/**
 * Publishes the selected messages again on the stream of the connection.
 *
 * @param onProgress called with how many there were, after each batch
 * @throws ReplayStoppedError if the stream takes no more
 */
export async function replay(
  connection: NatsConnection,
  options: ReplayOptions,
  onProgress: (count: number) => void = () => undefined,
): Promise<ReplaySummary> {
  await using teardown = new AsyncDisposableStack();
  const client = jetstream(connection);
  const source: Source =
    options.backup === undefined
      ? { client, manager: await jetstreamManager(connection) }
      : await restoreBackup(options.backup, teardown);
  let count = 0;
  let first: number | undefined;
  let last: number | undefined;
  for await (const messages of readMessages(source, options)) {
    if (!options.dryRun) await publishAgain(client, messages);
    count += messages.length;
    first ??= messages[0]?.seq;
    last = messages.at(-1)?.seq;
    onProgress(count);
  }
  return { count, first, last };
}

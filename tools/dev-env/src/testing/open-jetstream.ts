import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { readNatsUrl } from '@vigie/service-kit/nats';

export interface OpenJetStream {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** JetStream of a server that runs, over a connection that outlives its restarts and is closed on teardown. */
export async function openJetStream(teardown: AsyncDisposableStack, url: string): Promise<OpenJetStream> {
  const connection = await connect({
    ...readNatsUrl(url),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    ignoreAuthErrorAbort: true,
  });
  teardown.defer(() => connection.close());
  return { connection, client: jetstream(connection), manager: await jetstreamManager(connection) };
}

import { AckPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { NatsCluster, NatsServer } from '@vigie/dev-env/servers';
import { startScratchNatsCluster, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { pino } from 'pino';
import { createTrimStream } from '../../application/trim-stream.ts';
import { JetStreamStreams } from './jetstream-streams.ts';

const STREAM = 'OUTCOMES';

describe('JetStreamStreams on a cluster', () => {
  let owned: AsyncDisposableStack;
  let cluster: NatsCluster;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    cluster = await startScratchNatsCluster(owned);
  });
  afterEach(() => owned.disposeAsync());

  it('lets nothing be trimmed while the server of an awaited consumer gives no answer', async () => {
    const leader = await metaLeader();
    const operator = await connectTo(leader.url);
    const manager = await jetstreamManager(operator);
    const limits = { maxBytes: 100_000, replicas: 3 };
    const retention = await connectTo(leader.urlOf('retention-svc'));
    const streams = await JetStreamStreams.open(retention, limits, pino({ enabled: false }));
    await waitFor(
      'the streams',
      () =>
        streams
          .bringUpToDate()
          .then(() => true)
          .catch(() => undefined),
      30_000,
    );
    for (let i = 0; i < 3; i++) await jetstream(operator).publish('alerts.processed.s', `{"number":${i}}`);
    const reader = await addConsumerAwayFrom(leader, manager);
    const consumer = await jetstream(operator).consumers.get(STREAM, reader.name);
    for await (const message of await consumer.fetch({ max_messages: 3 })) await message.ackAck();
    const trimStream = createTrimStream({
      streams,
      reports: { report: () => undefined },
      replayWindowMs: 0,
      awaitedConsumers: { [STREAM]: [reader.name] },
    });
    const firstKept = async () => (await manager.streams.info(STREAM)).state.first_seq;

    reader.server.kill('SIGSTOP');
    await waitFor(
      'retention-svc to miss it',
      async () => {
        // A slow cluster may not even say that it has no answer.
        const state = await streams.readState(STREAM).catch(() => undefined);
        return state !== undefined && !state.consumers.some(({ name }) => name === reader.name) ? true : undefined;
      },
      60_000,
    );
    await trimStream(STREAM).catch(() => undefined);
    expect(await firstKept()).to.equal(1);

    reader.server.kill('SIGCONT');
    await waitFor(
      'the trim',
      async () => {
        await trimStream(STREAM).catch(() => undefined);
        return (await firstKept()) === 4 ? true : undefined;
      },
      60_000,
    );
  });

  async function connectTo(url: string): Promise<NatsConnection> {
    const connection = await connect(readNatsUrl(url));
    owned.defer(() => connection.close());
    return connection;
  }

  /** Answers what concerns no stream, and gathers what several servers answer. */
  function metaLeader(): Promise<NatsServer> {
    const { monitorUrl } = cluster.servers[0] as NatsServer;
    return waitFor(
      'a leader',
      async () => {
        const { meta_cluster } = (await (await fetch(`${monitorUrl}/jsz`)).json()) as {
          meta_cluster?: { leader?: string };
        };
        return meta_cluster?.leader ? cluster.server(meta_cluster.leader) : undefined;
      },
      30_000,
    );
  }

  /** As WatchAlerts makes them, of one replica: on a server that leads neither the cluster nor the stream. */
  function addConsumerAwayFrom(leader: NatsServer, manager: JetStreamManager) {
    let made = 0;
    return waitFor(
      'a consumer elsewhere',
      async () => {
        const name = `reader-${made++}`;
        const config = { durable_name: name, ack_policy: AckPolicy.Explicit, num_replicas: 1 };
        const place = (await manager.consumers.add(STREAM, config)).cluster?.leader;
        const streamPlace = (await manager.streams.info(STREAM)).cluster?.leader;
        if (place !== undefined && place !== streamPlace && place !== leader.name)
          return { name, server: cluster.server(place) };
        await manager.consumers.delete(STREAM, name);
        return undefined;
      },
      30_000,
    );
  }
});

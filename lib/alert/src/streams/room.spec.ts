import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type ScratchNats, startScratchNats } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { findRoomProblem } from './room.ts';
import { ensureStreams } from './streams.ts';

describe('findRoomProblem', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;
  let manager: JetStreamManager;

  before(async () => {
    nats = await startScratchNats();
    connection = await connect(readNatsUrl(nats.url));
    manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBytes: 5_000, replicas: 1 });
  });
  after(async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  const publish = () => jetstream(connection).publish('alerts.received.s', Buffer.alloc(300, 'x'));
  const problem = async () => findRoomProblem(await manager.streams.info('ALERTS'));

  it('finds that a stream is full exactly while it refuses messages', async () => {
    expect(await problem()).to.equal(undefined);
    for (let isRefused = false; !isRefused; ) {
      const found = await problem();
      isRefused = await publish().then(
        () => false,
        () => true,
      );
      expect(found === undefined).to.equal(!isRefused);
    }
    expect(await problem()).to.match(/^ALERTS is full: \d+ messages have \d+ of its 5000 bytes/);
    await manager.streams.purge('ALERTS', { keep: 2 });
    expect(await problem()).to.equal(undefined);
  });

  it('finds room in a stream without a limit', async () => {
    await manager.streams.update('ALERTS', { max_bytes: -1 });
    expect(await problem()).to.equal(undefined);
  });
});

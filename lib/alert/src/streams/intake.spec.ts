import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { openJetStream, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { closeIntake, findIntakeProblem, identityOf, openIntake } from './intake.ts';
import { ensureStreams } from './streams.ts';

describe('the intake of the stream of alerts', () => {
  const teardown = new AsyncDisposableStack();
  let client: JetStreamClient;
  let manager: JetStreamManager;

  before(async () => {
    const nats = teardown.use(await startScratchNats());
    ({ client, manager } = await openJetStream(teardown, nats.url));
    await ensureStreams(manager, { maxBytes: 5_000, replicas: 1 });
  });
  after(() => teardown.disposeAsync());

  const publish = () => client.publish('alerts.received.s', Buffer.alloc(300, 'x'));
  const problem = async () => findIntakeProblem(await manager.streams.info('ALERTS'));

  it('is closed when the stream is created, until it is opened, and tells publishers so', async () => {
    expect(await problem()).to.match(/^ALERTS takes no alerts yet: store-svc opens it/);
    expect(await publish().catch(error => error)).to.instanceOf(Error);
    await openIntake(manager, 'one');
    await publish();
    await closeIntake(manager);
    expect(await publish().catch(error => error)).to.instanceOf(Error);
    await openIntake(manager, 'other');
    await publish();
    const { config, state } = await manager.streams.info('ALERTS');
    expect(identityOf(config)).to.equal('other');
    expect(state.messages).to.equal(2);
  });

  it('finds that the stream is full exactly while it refuses messages', async () => {
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

  it('finds room without a limit', async () => {
    await manager.streams.update('ALERTS', { max_bytes: -1 });
    expect(await problem()).to.equal(undefined);
  });
});

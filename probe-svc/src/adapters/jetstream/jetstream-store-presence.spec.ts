import type { JetStreamManager } from '@nats-io/jetstream';
import { ensureStreams, openIntake } from '@vigie/alert/streams';
import { openJetStream, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { eventually } from '../../testing/eventually.ts';
import { JetStreamStorePresence } from './jetstream-store-presence.ts';

describe('JetStreamStorePresence', () => {
  const teardown = new AsyncDisposableStack();
  let manager: JetStreamManager;
  let publish: (store: string) => Promise<unknown>;

  before(async () => {
    const nats = teardown.use(await startScratchNats());
    const operator = await openJetStream(teardown, nats.url);
    ({ manager } = await openJetStream(teardown, nats.urlOf('probe-svc')));
    await ensureStreams(manager, { maxBytes: 1_000_000, replicas: 1 });
    await openIntake(operator.manager, 'spec');
    publish = store => operator.client.publish(`alerts.received.${store}`, 'an alert');
  });
  after(() => teardown.disposeAsync());

  it('sees another store as soon as the stream has an alert of it', async () => {
    const presence = new JetStreamStorePresence(manager);
    for (let i = 0; i < 3; i++) await publish('store-1');
    expect(presence.areOthersPresent()).to.equal(false);
    await publish('store-2');
    await eventually(() => expect(presence.areOthersPresent()).to.equal(true));
  });
});

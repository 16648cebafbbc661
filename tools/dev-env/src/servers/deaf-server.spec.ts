import { expect } from 'chai';
import { scratchNats } from '../testing/scratch-nats.ts';
import { startScratchNatsCluster } from '../testing/scratch-nats-cluster.ts';
import { findDeafServer } from './deaf-server.ts';

describe('findDeafServer', () => {
  let teardown: AsyncDisposableStack;
  beforeEach(() => {
    teardown = new AsyncDisposableStack();
  });
  afterEach(() => teardown.disposeAsync());

  it('finds none in a cluster', async () => {
    const { servers } = await startScratchNatsCluster(teardown);
    expect(await findDeafServer(servers)).to.equal(undefined);
  });

  it('finds one of two servers that are not connected', async () => {
    const servers = [await scratchNats(teardown), await scratchNats(teardown)] as const;
    await Promise.all(servers.map(server => server.start()));
    const members = servers.map((server, index) => ({ name: `nats-${index}`, urlOf: server.urlOf.bind(server) }));
    const found = await findDeafServer(members, 500);
    expect([found?.deaf.name, found?.speaker.name]).to.have.members(['nats-0', 'nats-1']);
  });
});

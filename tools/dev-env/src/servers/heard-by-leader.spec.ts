import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { HeardByLeader, MuteServerError } from './heard-by-leader.ts';

const MS_AS_NS = 1e6;

describe('HeardByLeader', () => {
  let teardown: AsyncDisposableStack;
  /** What the leader says of the member, in ms since it last heard of it. */
  let lastHeardMs: number;
  /** Whether it has acknowledged anything since the leader was elected. */
  let current: boolean;
  /** As the member sees it. */
  let leader: string | undefined;

  beforeEach(() => {
    teardown = new AsyncDisposableStack();
    lastHeardMs = 0;
    current = true;
    leader = 'nats-2';
  });
  afterEach(() => teardown.disposeAsync());

  async function open(muteAfterMs: number): Promise<HeardByLeader> {
    const monitorUrl = await monitor(() => ({ leader }));
    const leaderUrl = await monitor(() => ({
      leader: 'nats-2',
      replicas: [
        { name: 'nats-3', current: true, active: 100 * MS_AS_NS },
        { name: 'nats-1', current, active: lastHeardMs * MS_AS_NS },
      ],
    }));
    const monitorUrls = [monitorUrl, leaderUrl, 'http://127.0.0.1:1'];
    return new HeardByLeader({ name: 'nats-1', monitorUrl, monitorUrls, muteAfterMs });
  }

  async function monitor(group: () => object): Promise<string> {
    const server = createServer((_, response) => response.end(JSON.stringify({ meta_cluster: group() })));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    teardown.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('finds nothing wrong once the leader hears the member', async () => {
    const heard = await open(0);
    expect(await heard.notHeard()).to.equal(undefined);
  });

  it('finds nothing wrong with the leader itself', async () => {
    const heard = await open(0);
    leader = 'nats-1';
    expect(await heard.notHeard()).to.equal(undefined);
  });

  it('reports that no leader is known, however long that lasts', async () => {
    const heard = await open(0);
    leader = undefined;
    expect(await heard.notHeard()).to.equal('no leader is known');
  });

  it('gives a member time to be heard', async () => {
    const heard = await open(60_000);
    lastHeardMs = 20_000;
    expect(await heard.notHeard()).to.equal('its leader, nats-2, does not hear it');
    lastHeardMs = 0;
    expect(await heard.notHeard()).to.equal(undefined);
  });

  it('forgets what was heard of a member before it was started again', async () => {
    const heard = await open(60_000);
    await heard.notHeard();
    lastHeardMs = 500;
    heard.reset();
    expect(await heard.notHeard()).to.equal('its leader, nats-2, does not hear it');
  });

  it('does not rely on a leader that has only just been elected', async () => {
    const heard = await open(60_000);
    current = false;
    expect(await heard.notHeard()).to.equal('its leader, nats-2, does not hear it');
  });

  it('reports a member as mute if it hears its leader and is not heard by it', async () => {
    const heard = await open(0);
    lastHeardMs = 20_000;
    const error = await heard.notHeard().catch(error => error);
    expect(error).to.be.instanceOf(MuteServerError);
    expect(error.message).to.equal('nats-1 is mute: its leader, nats-2, does not hear it.');
  });
});

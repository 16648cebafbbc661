import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { HeardByLeader, OneWayServerError } from './heard-by-leader.ts';

const MS_AS_NS = 1e6;

describe('HeardByLeader', () => {
  let teardown: AsyncDisposableStack;
  /** What the leader says of the member, in ms since it last heard of it. */
  let lastHeardMs: number;
  /** Whether it has acknowledged anything since the leader was elected. */
  let current: boolean;
  /** As the member sees it. */
  let leader: string | undefined;
  /** Whether nats-2 is the leader. */
  let leads: boolean;

  beforeEach(() => {
    teardown = new AsyncDisposableStack();
    lastHeardMs = 0;
    current = true;
    leader = 'nats-2';
    leads = true;
  });
  afterEach(() => teardown.disposeAsync());

  async function open(patienceMs: number): Promise<HeardByLeader> {
    const monitorUrl = await monitor(() => ({ leader }));
    const replicas = () => [
      { name: 'nats-3', current: true, active: 100 * MS_AS_NS },
      { name: 'nats-1', current, active: lastHeardMs * MS_AS_NS },
    ];
    const leaderUrl = await monitor(() => (leads ? { leader: 'nats-2', replicas: replicas() } : {}));
    const monitorUrls = [monitorUrl, leaderUrl, 'http://127.0.0.1:1'];
    return new HeardByLeader({ name: 'nats-1', monitorUrl, monitorUrls, patienceMs });
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
    leads = false;
    expect(await heard.notHeard()).to.equal('no leader is known');
  });

  it('has a member start again that does not hear its leader', async () => {
    const heard = await open(0);
    leader = undefined;
    const error = await heard.notHeard().catch(error => error);
    expect(error).to.be.instanceOf(OneWayServerError);
    expect(error.message).to.equal('nats-1 has to start again: it does not hear its leader, nats-2.');
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

  it('has a member start again that hears its leader and is not heard by it', async () => {
    const heard = await open(0);
    lastHeardMs = 20_000;
    const error = await heard.notHeard().catch(error => error);
    expect(error).to.be.instanceOf(OneWayServerError);
    expect(error.message).to.equal('nats-1 has to start again: its leader, nats-2, does not hear it.');
  });
});

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { waitFor } from '../testing/wait-for.ts';
import { NatsCluster } from './nats-cluster.ts';
import { SYSTEM_USER } from './nats-users.ts';

describe('NatsCluster', () => {
  it('keeps a stream on all its servers, each of which syncs every write and is shown to the system user', async () => {
    await using dir = await temporaryDir();
    const cluster = await NatsCluster.create(dir.path);
    try {
      await cluster.start();
      const connection = await connect(readNatsUrl(cluster.urlOf('operator')));
      const { streams } = await jetstreamManager(connection);
      await waitFor(
        'a stream of three replicas',
        () => streams.add({ name: 'KEPT', subjects: ['kept.*'], num_replicas: 3 }).catch(() => undefined),
        30_000,
      );
      const { cluster: group } = await streams.info('KEPT');
      const members = [group?.leader, ...(group?.replicas ?? []).map(({ name }) => name)];
      expect(members).to.have.members(cluster.servers.map(({ name }) => name));
      for (const server of cluster.servers) {
        const { config } = (await (await fetch(`${server.monitorUrl}/jsz`)).json()) as {
          config: { sync_always: boolean };
        };
        expect(config.sync_always, server.name).to.equal(true);
      }
      await connection.close();
      const system = await connect(readNatsUrl(cluster.urlOf(SYSTEM_USER)));
      const pings = await system.requestMany('$SYS.REQ.SERVER.PING', undefined, { maxMessages: 3, maxWait: 10_000 });
      expect(await Array.fromAsync(pings)).to.have.lengthOf(3);
      await system.close();
    } finally {
      await cluster.stop();
    }
  });
});

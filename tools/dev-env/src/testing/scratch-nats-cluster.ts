import { NatsCluster } from '../servers/nats-cluster.ts';
import { temporaryDir } from './temporary-dir.ts';

/** Three real nats-servers as a cluster, started, that are gone with all they hold when `teardown` is disposed of. */
export async function startScratchNatsCluster(teardown: AsyncDisposableStack): Promise<NatsCluster> {
  const dir = teardown.use(await temporaryDir());
  const cluster = await NatsCluster.create(dir.path);
  teardown.defer(() => cluster.stop());
  await cluster.start();
  return cluster;
}

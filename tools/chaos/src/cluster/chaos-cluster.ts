import type { NatsConnection } from '@nats-io/transport-node';
import { connectPatiently, MEMBERS, NatsCluster, type NatsServer, SYSTEM_USER } from '@vigie/dev-env/servers';
import { PrivateNetwork } from './private-network.ts';

/** The nats-servers of a mesh under chaos. */
export interface ChaosCluster {
  readonly servers: readonly NatsServer[];
  urlOf(user: string): string;
  /** Undefined if this process may not make namespaces: the servers are on loopback then. */
  readonly network: PrivateNetwork | undefined;
  /** May move the leader of the metadata. */
  readonly system: NatsConnection;
}

/** @param dir for the data and the logs of the servers */
export async function bootChaosCluster(dir: string, teardown: AsyncDisposableStack): Promise<ChaosCluster> {
  const network = await PrivateNetwork.open(MEMBERS);
  if (network !== undefined) teardown.use(network);
  const cluster = await NatsCluster.create(dir, member => network?.of(member));
  teardown.defer(() => cluster.stop());
  await cluster.start();
  const system = await connectPatiently(cluster.urlOf(SYSTEM_USER));
  teardown.defer(() => system.close());
  return { servers: cluster.servers, urlOf: user => cluster.urlOf(user), network, system };
}

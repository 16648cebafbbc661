import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MEMBERS, NatsCluster, type NatsServer, SYSTEM_USER } from '@vigie/dev-env/servers';
import { readNatsUrl } from '@vigie/service-kit/nats';
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

/**
 * A client that leaves a server which has been silent for a few seconds. A server without enough CPU ends connections
 * for being late with their password, as if that were wrong.
 */
export function connectPatiently(url: string): Promise<NatsConnection> {
  const forEver = { maxReconnectAttempts: -1, reconnectTimeWait: 250, ignoreAuthErrorAbort: true };
  return connect({ ...readNatsUrl(url), ...forEver, pingInterval: 2_000, maxPingOut: 2, timeout: 5_000 });
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

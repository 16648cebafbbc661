import { type ClusterInfo, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { poll } from '@vigie/service-kit/async';

const POLL_MS = 500;
/** Some elections, and all that a server whose disk was lost has to copy, on a machine with other work. */
const TIMEOUT_MS = 180_000;

/**
 * Resolves once every stream and durable consumer has a leader, and each of the servers all that the leader has.
 *
 * @param servers their names
 * @throws Error naming one that hasn't, after three minutes
 */
export async function waitUntilReplicated(operator: NatsConnection, servers: readonly string[]): Promise<void> {
  let behind: string | undefined;
  const isReplicated = await poll(
    async () => {
      behind = await findBehind(operator, servers).catch(String);
      return behind === undefined ? true : undefined;
    },
    { intervalMs: POLL_MS, timeoutMs: TIMEOUT_MS },
  );
  if (!isReplicated) throw new Error(`The cluster is not healthy after ${TIMEOUT_MS / 1_000} s: ${behind}.`);
}

async function findBehind(operator: NatsConnection, servers: readonly string[]): Promise<string | undefined> {
  for (const { name, cluster } of await listGroups(operator)) {
    if (!cluster?.leader) return `${name} has no leader`;
    const current = cluster.replicas?.filter(replica => replica.current && !replica.offline).map(({ name }) => name);
    const behind = servers.find(server => server !== cluster.leader && !current?.includes(server));
    if (behind !== undefined) return `${behind} is behind with ${name}`;
  }
  return undefined;
}

/** What is replicated on its own: a stream, or a durable consumer of one. */
export interface Group {
  /** `STREAM`, or `STREAM.CONSUMER`. */
  readonly name: string;
  readonly kind: 'STREAM' | 'CONSUMER';
  /** Undefined of a server that is not part of a cluster. */
  readonly cluster: ClusterInfo | undefined;
}

export async function listGroups(operator: NatsConnection): Promise<Group[]> {
  const { streams, consumers } = await jetstreamManager(operator);
  const groups: Group[] = [];
  for await (const { config, cluster } of streams.list()) {
    groups.push({ name: config.name, kind: 'STREAM', cluster });
    for await (const consumer of consumers.list(config.name)) {
      if (consumer.config.durable_name === undefined) continue;
      groups.push({ name: `${config.name}.${consumer.name}`, kind: 'CONSUMER', cluster: consumer.cluster });
    }
  }
  return groups;
}

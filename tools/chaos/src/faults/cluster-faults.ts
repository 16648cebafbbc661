import { mkdir, rm } from 'node:fs/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { TcpFault } from '@vigie/dev-env/faults';
import type { NatsServer } from '@vigie/dev-env/servers';
import { pause } from '@vigie/service-kit/async';
import type { ChaosMesh } from '../chaos-mesh.ts';
import type { ChaosCluster } from '../cluster/chaos-cluster.ts';
import { OUTSIDE } from '../cluster/private-network.ts';
import { listGroups, waitUntilReplicated } from '../cluster/replicas.ts';
import type { LinkName } from '../links.ts';
import type { CutOffFrom } from './cluster-fault-kinds.ts';
import type { Fault } from './fault.ts';
import { killFault } from './process-faults.ts';

const MOVE_EVERY_MS = 1_000;
const MOVE_TIMEOUT_MS = 2_000;

/** A fault is healed once the cluster is: the next may take two other servers, or another disk. */
export function healedWithCluster(fault: Fault, operator: NatsConnection, servers: readonly NatsServer[]): Fault {
  return {
    inject: () => fault.inject(),
    async heal() {
      await fault.heal();
      await waitUntilReplicated(operator, namesOf(servers));
    },
  };
}

/**
 * kill -9, and the first of the victims loses its disk. It starts only once the others have leaders: a server that has
 * forgotten what it had acknowledged may elect one that never had it.
 */
export function diskLostFault(
  { operator, reviver }: Pick<ChaosMesh, 'operator' | 'reviver'>,
  servers: readonly NatsServer[],
  victims: readonly NatsServer[],
): Fault {
  const [empty, ...others] = victims as [NatsServer, ...NatsServer[]];
  const killed = killFault(victims, reviver);
  return {
    async inject() {
      await killed.inject();
      await rm(empty.storeDir, { recursive: true });
      await mkdir(empty.storeDir);
    },
    async heal() {
      await killFault(others, reviver).heal();
      await waitUntilReplicated(operator, namesOf(servers.filter(server => server !== empty)));
      await reviver.revive(empty);
    },
  };
}

/** Every stream, every consumer and the metadata get another leader, once a second. */
export function movingLeadersFault(operator: NatsConnection, system: NatsConnection): Fault {
  const stop = new AbortController();
  let moving = Promise.resolve();

  async function moveAll(): Promise<void> {
    const stepDown = (connection: NatsConnection, subject: string) =>
      connection.request(subject, '', { timeout: MOVE_TIMEOUT_MS });
    const moved = (await listGroups(operator)).map(({ kind, name }) =>
      stepDown(operator, `$JS.API.${kind}.LEADER.STEPDOWN.${name}`),
    );
    await Promise.all([...moved, stepDown(system, '$JS.API.META.LEADER.STEPDOWN')]);
  }

  async function keepMoving(): Promise<void> {
    while (!stop.signal.aborted) {
      await pause(MOVE_EVERY_MS, stop.signal);
      // There may be no leader yet to step down.
      await moveAll().catch(() => undefined);
    }
  }

  return {
    async inject() {
      await moveAll();
      moving = keepMoving();
    },
    async heal() {
      stop.abort();
      await moving;
    },
  };
}

function namesOf(servers: readonly NatsServer[]): string[] {
  return servers.map(({ name }) => name);
}

/** These services don't reach a server that is cut off from some. */
const PARTED_LINKS: readonly LinkName[] = ['ingest-svc-to-nats', 'store-svc-to-nats'];

/**
 * A server is cut off from the others, and from some or all of the services.
 *
 * @returns undefined if the servers have no network that can be parted
 */
export function partitionFault(
  { links }: Pick<ChaosMesh, 'links'>,
  { network, servers }: Pick<ChaosCluster, 'network' | 'servers'>,
  server: NatsServer,
  from: CutOffFrom,
): Fault | undefined {
  if (network === undefined) return undefined;
  const others = namesOf(servers.filter(other => other !== server));
  const members = from === 'everything' ? [...others, OUTSIDE] : others;
  const breakLinks = (fault: TcpFault): void => {
    for (const link of from === 'servers-and-some-services' ? PARTED_LINKS : [])
      links.break(link, fault, server.address);
  };
  return {
    async inject() {
      for (const member of members) await network.part(server.name, member);
      breakLinks({ kind: 'half-open' });
    },
    async heal() {
      for (const member of members) await network.join(server.name, member);
      breakLinks({ kind: 'none' });
    },
  };
}

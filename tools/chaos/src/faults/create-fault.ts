import type { StreamName } from '@vigie/alert/streams';
import type { Mesh } from '@vigie/dev-env';
import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { NatsServer } from '@vigie/dev-env/servers';
import type { ServiceProcess } from '@vigie/dev-env/services';
import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { type ChaosMesh, DUPLICATE_WINDOW_MS } from '../chaos-mesh.ts';
import type { Client } from '../clients/client.ts';
import type { EntryPoints } from '../clients/entry-points.ts';
import type { PlannedFault } from '../fault-schedule.ts';
import type { LinkName } from '../links.ts';
import type { VideoLie } from '../lying-video-proxy.ts';
import { clockFault } from './clock-faults.ts';
import type { ClusterFaultName, CutOffFrom } from './cluster-fault-kinds.ts';
import { diskLostFault, healedWithCluster, movingLeadersFault, partitionFault } from './cluster-faults.ts';
import type { Fault } from './fault.ts';
import type { LinkFaultName, PostgresFaultName, VideoFaultName } from './fault-kinds.ts';
import { linkFault } from './link-faults.ts';
import { diskFullFault, noConnectionsFault, readOnlyFault } from './postgres-faults.ts';
import { freezeFault, killFault, rollFault } from './process-faults.ts';
import { streamFullFault } from './stream-faults.ts';
import { duplicateStorm, type UidFaultParts, uidClash } from './uid-faults.ts';
import { videoFault } from './video-faults.ts';

export interface FaultParts {
  readonly chaos: ChaosMesh;
  readonly client: Client;
  readonly entryPoints: EntryPoints;
  /** Registers work that goes on after the fault is over. */
  readonly background: (work: Promise<unknown>) => void;
  /** The number of the fault, from 1; part of the uids that it sends. */
  readonly number: number;
}

/** @returns the planned fault, or undefined if it is not possible on this machine */
export function createFault({ kind, victim, offsetMs = 0 }: PlannedFault, parts: FaultParts): Fault | undefined {
  const { chaos } = parts;
  const [family, name] = splitAtFirst(kind);
  switch (family) {
    case 'kill':
      return killFault(victimsOf(chaos, name, victim), chaos.reviver);
    case 'freeze':
      return freezeFault(victimsOf(chaos, name, victim), chaos.reviver);
    case 'roll':
      return rollFault(victimsOf(chaos, name, victim), chaos.reviver);
    case 'nginx':
      return nginxFault(chaos, name as VideoFaultName);
    case 'clock':
      return clockFault(chaos.clocks, clocksOf(chaos, victim), offsetMs);
    case 'link':
      return linkFault(chaos.links, victim as LinkName, name as LinkFaultName);
    case 'postgres':
      return postgresFault(chaos, name as PostgresFaultName);
    case 'stream':
      return streamFullFault(chaos.operator, victim as StreamName);
    case 'cluster':
      return clusterFault(chaos, name as ClusterFaultName, victim);
    case 'duplicate':
      return duplicateStorm(uidFaultParts(kind, parts));
    case 'uid':
      return uidClash(uidFaultParts(kind, parts));
    default:
      throw new Error(`There is no fault of the kind ${kind}.`);
  }
}

function splitAtFirst(kind: string): [family: string, name: string] {
  const dash = kind.indexOf('-');
  return [kind.slice(0, dash), kind.slice(dash + 1)];
}

/** @param choice which replicas of a service; for anything else its name again */
function victimsOf({ mesh }: ChaosMesh, name: string, choice: string): SupervisedProcess[] {
  if (name === 'all-services') return [...mesh.services];
  if (!SERVICE_NAMES.some(known => known === name)) return mesh.servers.filter(server => server.name === name);
  return replicasOf(mesh, name, choice);
}

function replicasOf({ services }: Mesh, name: string, choice: string): ServiceProcess[] {
  const replicas = services.filter(({ service }) => service === name);
  if (choice === 'first') return replicas.slice(0, 1);
  if (choice === 'second') return replicas.slice(1);
  return replicas;
}

/** @param victim `SERVICE REPLICAS` */
function clocksOf({ mesh }: ChaosMesh, victim: string): ServiceProcess[] {
  const [service, choice] = victim.split(' ') as [string, string];
  return replicasOf(mesh, service, choice);
}

function nginxFault(chaos: ChaosMesh, name: VideoFaultName): Fault {
  return name === 'down'
    ? killFault([chaos.mesh.nginx], chaos.reviver)
    : videoFault(chaos.videoProxy, name satisfies VideoLie);
}

function postgresFault({ mesh, disk, reviver }: ChaosMesh, name: PostgresFaultName): Fault | undefined {
  const { postgres } = mesh;
  if (postgres === undefined) return undefined;
  switch (name) {
    case 'no-connections':
      return noConnectionsFault(postgres.url);
    case 'read-only':
      return readOnlyFault(postgres.url);
    case 'disk-full':
      return disk === undefined ? undefined : diskFullFault(disk, postgres, reviver);
  }
}

/** @param victim servers, or one and from whom it is cut off */
function clusterFault(chaos: ChaosMesh, name: ClusterFaultName, victim: string): Fault | undefined {
  const { cluster, operator, reviver } = chaos;
  if (cluster === undefined) return undefined;
  const names = victim.split(' ');
  const victims = names.flatMap(named => cluster.servers.filter(server => server.name === named));
  const faults: Record<ClusterFaultName, () => Fault | undefined> = {
    'kill-one': () => killFault(victims, reviver),
    'kill-two': () => killFault(victims, reviver),
    freeze: () => freezeFault(victims, reviver),
    'disk-lost': () => diskLostFault(chaos, cluster.servers, victims),
    'leaders-moved': () => movingLeadersFault(operator, cluster.system),
    partition: () => partitionFault(chaos, cluster, victims[0] as NatsServer, names[1] as CutOffFrom),
  };
  const fault = faults[name]();
  return fault && healedWithCluster(fault, operator, cluster.servers);
}

function uidFaultParts(kind: string, { chaos, client, entryPoints, background, number }: FaultParts): UidFaultParts {
  const [video, other] = chaos.videos.good as [UidFaultParts['video'], UidFaultParts['other']];
  const uid = `${kind}-${number}`;
  return { client, entryPoints, video, other, uid, background, duplicateWindowMs: DUPLICATE_WINDOW_MS };
}

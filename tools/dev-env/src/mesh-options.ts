import type { NatsUser } from './servers/nats-users.ts';
import type { ServiceName } from './services/declared-services.ts';
import type { MeshPorts } from './tcp-ports/mesh-ports.ts';

export interface MeshOptions {
  /** Where the servers keep their data and all processes their logs. A folder of its own, removed on stop, by default. */
  dataDir?: string;
  /** `free`: ports that nobody listens on, for tests. The well-known ones by default. */
  ports?: 'free' | MeshPorts;
  /** How many processes of each service; 1 by default, 0 leaves the service out. */
  replicas?: Partial<Record<ServiceName, number>>;
  /** A Postgres to use instead of one of the mesh's own. */
  databaseUrl?: string | undefined;
  /**
   * A nats-server, or a cluster, to use instead of one of the mesh's own. Every service connects as the user that it names;
   * a function gives each its own.
   */
  natsUrl?: string | ((user: NatsUser) => string) | undefined;
  /** The folder that nginx serves, with `videos/` in it; the sample videos by default. */
  videosRoot?: string;
  /** Environment of every service, above that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Environment of one service, above all else, addresses too. */
  serviceEnv?: Partial<Record<ServiceName, NodeJS.ProcessEnv>>;
  /** Environment of one replica, above all else too. @param replica from 1 */
  replicaEnv?: (service: ServiceName, replica: number) => NodeJS.ProcessEnv;
  /** Changes the addresses that a service finds the others by: the place to put a proxy between two parts. */
  readdress?: (service: ServiceName, addresses: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** Where Postgres keeps its data, if not in `dataDir`: a disk of its own, say. */
  postgresDir?: string;
  /** A file to run instead of a service's `src/main.ts`. */
  serviceMain?: (service: ServiceName) => string;
  /** How long each process may take until it is ready. */
  startTimeoutMs?: number;
  /** Aborting it gives a boot up. */
  signal?: AbortSignal;
  /** Told of each step of a boot, for a person to follow. */
  onProgress?: (step: string) => void;
}

import type { NatsUser } from './servers/nats-users.ts';
import type { ServiceName } from './services/declared-services.ts';
import type { MeshPorts } from './tcp-ports/mesh-ports.ts';

export interface MeshOptions {
  /**
   * The folder for the data of the servers and the logs of all processes. By default a temporary one, removed on stop.
   */
  dataDir?: string;
  /** `free`: ports on which nothing listens, for tests. By default the declared ones. */
  ports?: 'free' | MeshPorts;
  /** The number of processes of each service, 1 by default. With 0 the service is left out. */
  replicas?: Partial<Record<ServiceName, number>>;
  /** A Postgres to use instead of one of the mesh's own. */
  databaseUrl?: string | undefined;
  /**
   * A nats-server, or a cluster, to use instead of one of the mesh's own. With a URL, every service connects as the
   * user in it; a function may give each user another URL.
   */
  natsUrl?: string | ((user: NatsUser) => string) | undefined;
  /** The folder that nginx serves; it contains `videos/`. By default the sample videos. */
  videosRoot?: string;
  /** Environment of every service; overrides that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Environment of one service; overrides everything else, addresses too. */
  serviceEnv?: Partial<Record<ServiceName, NodeJS.ProcessEnv>>;
  /** Environment of one replica; overrides even `serviceEnv`. @param replica from 1 */
  replicaEnv?: (service: ServiceName, replica: number) => NodeJS.ProcessEnv;
  /** Changes the addresses that a service is given, for example to put a proxy between two parts. */
  readdress?: (service: ServiceName, addresses: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** The folder for the data of Postgres if not in `dataDir`, for example on another disk. */
  postgresDir?: string;
  /** A file to run instead of the bundle of a service's `src/main.ts`. */
  serviceMain?: (service: ServiceName) => string;
  /** How long each service may take until it is ready. */
  startTimeoutMs?: number;
  /** Aborting it cancels a boot. */
  signal?: AbortSignal;
  /** Called with each step of a boot, to be shown to a person. */
  onProgress?: (step: string) => void;
}

import type { NatsUser } from '../servers/nats-users.ts';
import type { ServiceName } from './service-names.ts';

/** Where the parts of a mesh find one another. */
export interface MeshAddresses {
  natsUrls: Readonly<Record<NatsUser, string>>;
  /** As the owner of the schema. */
  databaseUrl: string;
  /** As the role of store-svc. */
  storeDatabaseUrl: string;
  videoOrigin: string;
  ingest: string;
  probe: string;
  store: string;
}

// From a person's shell these would lead a service out of its mesh.
const ADDRESS_VARIABLES = [
  ...['HOST', 'PORT', 'HEALTH_PORT', 'NATS_URL', 'DATABASE_URL', 'DATABASE_MIGRATION_URL', 'VIDEO_ORIGIN'],
  ...['INGEST_ADDRESS', 'PROBE_ADDRESS', 'STORE_ADDRESS'],
];

// Short, so that a mesh ends within 5 s also when a client holds a stream open.
const SHUTDOWN_GRACE_MS = 1000;

/** The variables that a service of the mesh needs to find the others. */
export function addressVariables(service: ServiceName, addresses: MeshAddresses): NodeJS.ProcessEnv {
  switch (service) {
    case 'gateway':
      return {
        INGEST_ADDRESS: addresses.ingest,
        PROBE_ADDRESS: addresses.probe,
        STORE_ADDRESS: addresses.store,
      };
    case 'ingest-svc':
    case 'retention-svc':
      return { NATS_URL: addresses.natsUrls[service] };
    case 'probe-svc':
      return {
        NATS_URL: addresses.natsUrls[service],
        STORE_ADDRESS: addresses.store,
        VIDEO_ORIGIN: addresses.videoOrigin,
      };
    case 'store-svc':
      return {
        NATS_URL: addresses.natsUrls[service],
        DATABASE_URL: addresses.storeDatabaseUrl,
        DATABASE_MIGRATION_URL: addresses.databaseUrl,
      };
  }
}

/** The environment of this process, as far as it tunes a service (`LOG_LEVEL`, `CONCURRENT_TASKS` ...). */
export function tuningVariables(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ADDRESS_VARIABLES.includes(name));
  return { SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS), ...Object.fromEntries(kept) };
}

import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import type { NatsUser } from '../servers/nats-users.ts';
import { SERVICES, type ServiceName } from './declared-services.ts';

/** A URL for each NATS user. */
export type NatsUrls = Readonly<Record<NatsUser, string>> & { readonly operator: string };

/** The addresses of the parts of a mesh. */
export interface MeshAddresses {
  natsUrls: NatsUrls;
  /** As the owner of the schema. */
  databaseUrl: string;
  /** As the role of each service, which reads and writes its rows. */
  rowsDatabaseUrls: Readonly<Record<ServiceName, string>>;
  videoOrigin: string;
  /** The gRPC target of each service. */
  services: Readonly<Record<ServiceName, string>>;
}

// Not taken from the shell: they would connect a service to parts outside of its mesh.
const ADDRESS_VARIABLES = [
  'HOST',
  'PORT',
  'HEALTH_PORT',
  ...SERVICES.flatMap(({ dependsOn }) => Object.keys(dependsOn)),
];

// Short, so that a mesh stops within 5 s even if a client keeps a stream open.
const SHUTDOWN_GRACE_MS = 1000;

/** The variables with the addresses that a service depends on. */
export function addressVariables(service: ServiceDeclaration, addresses: MeshAddresses): NodeJS.ProcessEnv {
  const found = Object.entries(service.dependsOn).map(([variable, dependency]) => {
    return [variable, addressOf(dependency, service, addresses)];
  });
  return Object.fromEntries(found);
}

function addressOf(dependency: string, { name }: ServiceDeclaration, addresses: MeshAddresses): string | undefined {
  switch (dependency) {
    case 'nats':
      return addresses.natsUrls[name];
    case 'postgres':
      return addresses.rowsDatabaseUrls[name];
    case 'postgres-owner':
      return addresses.databaseUrl;
    case 'videos':
      return addresses.videoOrigin;
    default:
      return addresses.services[dependency];
  }
}

/** The environment of this process, as far as it tunes a service (`LOG_LEVEL`, `CONCURRENT_TASKS` ...). */
export function tuningVariables(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ADDRESS_VARIABLES.includes(name));
  return { SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS), ...Object.fromEntries(kept) };
}

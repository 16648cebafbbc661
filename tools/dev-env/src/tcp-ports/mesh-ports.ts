import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { SERVICES, type ServiceName } from '../services/declared-services.ts';
import { variablePrefix } from '../services/variable-prefix.ts';

/** A server or service that listens on a port. */
export interface Listener {
  /** Shown to people. */
  readonly owner: string;
  /** The environment variable of `npm start` that changes the port. */
  readonly variable: string;
  readonly byDefault: number;
}

export const SERVER_LISTENERS = {
  postgres: { owner: 'Postgres', variable: 'POSTGRES_PORT', byDefault: 55432 },
  nats: { owner: 'nats-server', variable: 'NATS_PORT', byDefault: 4222 },
  natsMonitor: { owner: 'nats-server (monitoring)', variable: 'NATS_MONITOR_PORT', byDefault: 8222 },
  nginx: { owner: 'nginx', variable: 'NGINX_PORT', byDefault: 8080 },
} as const satisfies Record<string, Listener>;

export interface ServicePorts {
  /** Absent if nobody calls the service. */
  readonly port: number | undefined;
  readonly healthPort: number;
}

/** The port number of every listener of the mesh. */
export interface MeshPorts extends Readonly<Record<keyof typeof SERVER_LISTENERS, number>> {
  readonly services: Readonly<Record<ServiceName, ServicePorts>>;
}

export interface ServiceListeners {
  /** Absent if nobody calls the service. */
  readonly main: Listener | undefined;
  readonly health: Listener;
}

export function serviceListeners({ name, port, healthPort }: ServiceDeclaration): ServiceListeners {
  const prefix = variablePrefix(name);
  return {
    main: port === undefined ? undefined : { owner: name, variable: `${prefix}_PORT`, byDefault: port },
    health: { owner: `${name} (health)`, variable: `${prefix}_HEALTH_PORT`, byDefault: healthPort },
  };
}

/** Every listener of the mesh, a service's own port before its health port. */
export const LISTENERS: readonly Listener[] = [
  ...SERVICES.map(serviceListeners).flatMap(({ main, health }) => (main === undefined ? [health] : [main, health])),
  ...Object.values(SERVER_LISTENERS),
];

/** @param choose called once for each listener */
export function meshPorts(choose: (listener: Listener) => number): MeshPorts {
  const services = SERVICES.map((service): [ServiceName, ServicePorts] => {
    const { main, health } = serviceListeners(service);
    return [service.name, { port: main && choose(main), healthPort: choose(health) }];
  });
  return {
    postgres: choose(SERVER_LISTENERS.postgres),
    nats: choose(SERVER_LISTENERS.nats),
    natsMonitor: choose(SERVER_LISTENERS.natsMonitor),
    nginx: choose(SERVER_LISTENERS.nginx),
    services: Object.fromEntries(services),
  };
}

export function defaultPorts(): MeshPorts {
  return meshPorts(({ byDefault }) => byDefault);
}

/** @throws Error if there is no such service */
export function portsOf(ports: MeshPorts, service: ServiceName): ServicePorts {
  const found = ports.services[service];
  if (found === undefined) throw new Error(`There is no service ${service}.`);
  return found;
}

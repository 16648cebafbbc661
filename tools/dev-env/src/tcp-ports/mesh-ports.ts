interface Port {
  /** What listens on it, as a person knows it. */
  owner: string;
  /** The environment variable of `npm start` that moves it. */
  variable: string;
  byDefault: number;
}

export const MESH_PORTS = {
  gateway: { owner: 'gateway', variable: 'GATEWAY_PORT', byDefault: 8000 },
  gatewayHealth: { owner: 'gateway (health)', variable: 'GATEWAY_HEALTH_PORT', byDefault: 9050 },
  ingest: { owner: 'ingest-svc', variable: 'INGEST_PORT', byDefault: 50051 },
  ingestHealth: { owner: 'ingest-svc (health)', variable: 'INGEST_HEALTH_PORT', byDefault: 9051 },
  probe: { owner: 'probe-svc', variable: 'PROBE_PORT', byDefault: 50052 },
  probeHealth: { owner: 'probe-svc (health)', variable: 'PROBE_HEALTH_PORT', byDefault: 9052 },
  store: { owner: 'store-svc', variable: 'STORE_PORT', byDefault: 50053 },
  storeHealth: { owner: 'store-svc (health)', variable: 'STORE_HEALTH_PORT', byDefault: 9053 },
  retentionHealth: { owner: 'retention-svc (health)', variable: 'RETENTION_HEALTH_PORT', byDefault: 9054 },
  postgres: { owner: 'Postgres', variable: 'POSTGRES_PORT', byDefault: 55432 },
  nats: { owner: 'nats-server', variable: 'NATS_PORT', byDefault: 4222 },
  natsMonitor: { owner: 'nats-server (monitoring)', variable: 'NATS_MONITOR_PORT', byDefault: 8222 },
  nginx: { owner: 'nginx', variable: 'NGINX_PORT', byDefault: 8080 },
} as const satisfies Record<string, Port>;

export type PortName = keyof typeof MESH_PORTS;

export const PORT_NAMES = Object.keys(MESH_PORTS) as PortName[];

/** The port number of every listener of the mesh. */
export type MeshPorts = Readonly<Record<PortName, number>>;

export function meshPorts(choose: (name: PortName) => number): MeshPorts {
  return Object.fromEntries(PORT_NAMES.map(name => [name, choose(name)])) as MeshPorts;
}

export function defaultPorts(): MeshPorts {
  return meshPorts(name => MESH_PORTS[name].byDefault);
}

import type { PortName } from '../tcp-ports/mesh-ports.ts';

export const SERVICE_NAMES = ['gateway', 'ingest-svc', 'probe-svc', 'store-svc', 'retention-svc'] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

interface ServicePorts {
  /** gRPC, or the gateway's public HTTP; retention-svc serves nobody. */
  main?: PortName;
  health: PortName;
}

export const SERVICE_PORTS: Readonly<Record<ServiceName, ServicePorts>> = {
  gateway: { main: 'gateway', health: 'gatewayHealth' },
  'ingest-svc': { main: 'ingest', health: 'ingestHealth' },
  'probe-svc': { main: 'probe', health: 'probeHealth' },
  'store-svc': { main: 'store', health: 'storeHealth' },
  'retention-svc': { health: 'retentionHealth' },
};

/** Stopped one group after the other: whoever hands work on ends before whoever takes it. */
export const STOP_ORDER: readonly (readonly ServiceName[])[] = [
  ['gateway'],
  ['ingest-svc', 'probe-svc'],
  ['store-svc', 'retention-svc'],
];

import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import type { MeshPorts } from '../tcp-ports/mesh-ports.ts';
import { SERVICE_NAMES, SERVICE_PORTS, type ServiceName } from './service-names.ts';

/** Where one process of a service listens. */
export interface ServicePlace {
  service: ServiceName;
  /** From 1; the first has the mesh's well-known ports. */
  replica: number;
  /** Absent where it serves nobody. */
  port: number | undefined;
  healthPort: number;
}

export type Replicas = Partial<Record<ServiceName, number>>;

export async function placeServices(ports: MeshPorts, replicas: Replicas = {}): Promise<ServicePlace[]> {
  const wanted = SERVICE_NAMES.flatMap(service =>
    Array.from({ length: replicas[service] ?? 1 }, (_, index) => ({ service, replica: index + 1 })),
  );
  const spare = await pickFreePorts(2 * wanted.filter(({ replica }) => replica > 1).length);
  return wanted.map(({ service, replica }) => {
    const { main, health } = SERVICE_PORTS[service];
    const [port, healthPort] = replica === 1 ? [main && ports[main], ports[health]] : spare.splice(0, 2);
    return { service, replica, port: main && port, healthPort: healthPort as number };
  });
}

/** One address as it is, several as the target that grpc-js spreads calls over. */
export function grpcTarget(places: readonly ServicePlace[], service: ServiceName): string {
  const addresses = places.filter(place => place.service === service).map(({ port }) => `127.0.0.1:${port}`);
  // A mesh booted without the service: an address where nothing can listen.
  return addresses.length > 1 ? `ipv4:${addresses.join(',')}` : (addresses[0] ?? '127.0.0.1:1');
}

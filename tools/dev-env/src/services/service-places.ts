import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { type MeshPorts, portsOf } from '../tcp-ports/mesh-ports.ts';
import { SERVICES, type ServiceName } from './declared-services.ts';

/** Where one process of a service listens. */
export interface ServicePlace {
  declaration: ServiceDeclaration;
  /** From 1; the first has the mesh's well-known ports. */
  replica: number;
  /** Absent if nobody calls it. */
  port: number | undefined;
  healthPort: number;
}

export type Replicas = Partial<Record<ServiceName, number>>;

export async function placeServices(ports: MeshPorts, replicas: Replicas = {}): Promise<ServicePlace[]> {
  const wanted = SERVICES.flatMap(declaration =>
    Array.from({ length: replicas[declaration.name] ?? 1 }, (_, index) => ({ declaration, replica: index + 1 })),
  );
  const spare = await pickFreePorts(2 * wanted.filter(({ replica }) => replica > 1).length);
  return wanted.map(({ declaration, replica }) => {
    if (replica === 1) return { declaration, replica, ...portsOf(ports, declaration.name) };
    const [port, healthPort] = spare.splice(0, 2) as [number, number];
    return { declaration, replica, port: declaration.port === undefined ? undefined : port, healthPort };
  });
}

/** The gRPC target of a service: one address, or a list over which grpc-js balances calls. */
export function grpcTarget(places: readonly ServicePlace[], service: ServiceName): string {
  const replicas = places.filter(({ declaration }) => declaration.name === service);
  const addresses = replicas.map(({ port }) => `127.0.0.1:${port}`);
  // The mesh was booted without the service: an address on which nothing listens.
  return addresses.length > 1 ? `ipv4:${addresses.join(',')}` : (addresses[0] ?? '127.0.0.1:1');
}

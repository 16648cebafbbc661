import type { NatsConnection } from '@nats-io/transport-node';
import type { Mesh } from '@vigie/dev-env';
import type { ServiceName } from '@vigie/dev-env/services';
import { GrpcEntryPoint } from './grpc-entry-point.ts';
import { NatsEntryPoint } from './nats-entry-point.ts';
import { RestEntryPoint } from './rest-entry-point.ts';
import { StreamEntryPoint } from './stream-entry-point.ts';

/** Every way into a mesh. */
export interface EntryPoints {
  readonly rest: RestEntryPoint;
  readonly grpc: GrpcEntryPoint;
  readonly stream: StreamEntryPoint;
  readonly nats: NatsEntryPoint;
}

export function openEntryPoints(mesh: Mesh, operator: NatsConnection, teardown: AsyncDisposableStack): EntryPoints {
  const addressesOf = (name: ServiceName): string[] =>
    mesh.services.filter(({ service }) => service === name).map(({ address }) => address);
  const gateways = addressesOf('gateway');
  return {
    rest: new RestEntryPoint(gateways.map(address => `http://${address}`)),
    grpc: teardown.use(new GrpcEntryPoint(`ipv4:${gateways.join(',')}`)),
    stream: teardown.use(new StreamEntryPoint(`ipv4:${addressesOf('ingest-svc').join(',')}`)),
    nats: new NatsEntryPoint(operator),
  };
}

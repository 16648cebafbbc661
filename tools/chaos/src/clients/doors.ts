import type { NatsConnection } from '@nats-io/transport-node';
import type { Mesh } from '@vigie/dev-env';
import type { ServiceName } from '@vigie/dev-env/services';
import { GrpcDoor } from './grpc-door.ts';
import { HandDoor } from './hand-door.ts';
import { RestDoor } from './rest-door.ts';
import { StreamDoor } from './stream-door.ts';

/** Every way into a mesh. */
export interface Doors {
  readonly rest: RestDoor;
  readonly grpc: GrpcDoor;
  readonly stream: StreamDoor;
  readonly hand: HandDoor;
}

export function openDoors(mesh: Mesh, operator: NatsConnection, teardown: AsyncDisposableStack): Doors {
  const addressesOf = (name: ServiceName): string[] =>
    mesh.services.filter(({ service }) => service === name).map(({ address }) => address);
  const gateways = addressesOf('gateway');
  return {
    rest: new RestDoor(gateways.map(address => `http://${address}`)),
    grpc: teardown.use(new GrpcDoor(`ipv4:${gateways.join(',')}`)),
    stream: teardown.use(new StreamDoor(`ipv4:${addressesOf('ingest-svc').join(',')}`)),
    hand: new HandDoor(operator),
  };
}

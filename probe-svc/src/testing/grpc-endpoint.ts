import type { DescService } from '@bufbuild/protobuf';
import { authorizeEverybody } from '@vigie/access/testing';
import type { ErrorTranslator, GrpcServerOptions } from '@vigie/service-kit/grpc';
import { ChannelTransport, GrpcServer } from '@vigie/service-kit/grpc';
import { Health } from '@vigie/service-kit/telemetry';
import { pino } from 'pino';
import { Registry } from 'prom-client';

export interface GrpcEndpoint extends AsyncDisposable {
  readonly transport: ChannelTransport;
  readonly health: Health;
  readonly port: number;
}

interface GrpcEndpointOptions extends Pick<GrpcServerOptions, 'interceptors'> {
  readonly translateError?: ErrorTranslator;
  readonly port?: number;
}

/** A real gRPC server with what is added to it, and a channel to it. */
export async function startGrpcEndpoint(
  services: readonly DescService[],
  addServices: (server: GrpcServer) => void,
  { translateError = () => undefined, interceptors = [], port = 0 }: GrpcEndpointOptions = {},
): Promise<GrpcEndpoint> {
  await using stack = new AsyncDisposableStack();
  const health = new Health();
  const server = new GrpcServer({
    logger: pino({ level: 'silent' }),
    metrics: new Registry(),
    health,
    translateError,
    authorize: authorizeEverybody,
    tls: undefined,
    interceptors,
    shutdownGraceMs: 100,
  });
  addServices(stack.use(server));
  const bound = await server.listen('127.0.0.1', port);
  const transport = stack.use(
    new ChannelTransport({ address: `127.0.0.1:${bound}`, services, defaultTimeoutMs: 20_000 }),
  );
  health.enter('running');
  const owned = stack.move();
  return { transport, health, port: bound, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

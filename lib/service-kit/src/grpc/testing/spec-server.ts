import type { DescService } from '@bufbuild/protobuf';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { Health } from '../../telemetry/health.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { type ChannelOptions, ChannelTransport } from '../channel-transport.ts';
import { GrpcServer, type GrpcServerOptions, type MethodNeeds } from '../grpc-server.ts';
import type { ServiceImplementation } from '../service-implementation.ts';

export interface SpecServer extends AsyncDisposable {
  readonly server: GrpcServer;
  readonly health: Health;
  readonly port: number;
  readonly address: string;
}

/** A real server on a port of its own, with what the spec implements; methods left out are UNIMPLEMENTED. */
export async function startSpecServer<S extends DescService>(
  service: S,
  implementation: Partial<ServiceImplementation<S>>,
  options: Partial<GrpcServerOptions> & { readonly port?: number; readonly needs?: MethodNeeds<S> } = {},
): Promise<SpecServer> {
  const health = options.health ?? new Health();
  health.enter('running');
  const server = new GrpcServer({
    logger: createLogger('spec', 'silent'),
    metrics: createMetrics('spec'),
    health,
    translateError: () => undefined,
    authorize: next => next,
    shutdownGraceMs: 2_000,
    tls: undefined,
    ...options,
  });
  server.add(service, implementation as ServiceImplementation<S>, options.needs);
  const port = await server.listen('127.0.0.1', options.port ?? 0);
  return {
    server,
    health,
    port,
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export function openChannel(address: string, options: Partial<ChannelOptions> = {}): ChannelTransport {
  return new ChannelTransport({
    address,
    services: [AlertService, VideoService],
    defaultTimeoutMs: 60_000,
    ...options,
  });
}

import type { DescService } from '@bufbuild/protobuf';
import { IngestService } from '@vigie/proto/vigie/ingest/v1/ingest_service_pb.ts';
import { ProbeService } from '@vigie/proto/vigie/probe/v1/probe_service_pb.ts';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { GrpcServer } from '@vigie/service-kit/grpc';
import { createLogger, createMetrics, Health } from '@vigie/service-kit/telemetry';
import type { Registry } from 'prom-client';
import { startGateway } from '../composition-root.ts';
import { type Config, readConfig } from '../config.ts';

export interface Services {
  readonly ingest?: Partial<ServiceImplementation<typeof IngestService>>;
  readonly probe?: Partial<ServiceImplementation<typeof ProbeService>>;
  readonly store?: Partial<ServiceImplementation<typeof AlertStoreService>>;
}

export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly health: Health;
  readonly metrics: Registry;
  /** Stops the gateway alone. */
  stop(): Promise<void>;
  /** Stops the services alone. */
  stopServices(): Promise<void>;
  /** Starts them again, on the same port. */
  restartServices(): Promise<void>;
}

/** The gateway on a port of its own before one real gRPC server that does what the spec says. */
export async function runGateway(services: Services, overrides: Partial<Config> = {}): Promise<RunningGateway> {
  let upstream = await startServices(services, 0);
  const health = new Health();
  const metrics = createMetrics('gateway');
  const teardown = new AsyncDisposableStack();
  const config: Config = {
    ...readConfig({
      HOST: '127.0.0.1',
      INGEST_ADDRESS: upstream.address,
      PROBE_ADDRESS: upstream.address,
      STORE_ADDRESS: upstream.address,
      SHUTDOWN_GRACE_MS: '2000',
    }),
    port: 0,
    ...overrides,
  };
  const logger = createLogger('gateway', 'silent');
  const port = await startGateway(config, { logger, metrics, health, teardown });
  health.enter('running');
  const stop = () => teardown.disposeAsync();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    health,
    metrics,
    stop,
    stopServices: () => upstream.stop(),
    async restartServices() {
      upstream = await startServices(services, upstream.port);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await upstream.stop();
    },
  };
}

async function startServices({ ingest = {}, probe = {}, store = {} }: Services, wantedPort: number) {
  const health = new Health();
  health.enter('running');
  const server = new GrpcServer({
    logger: createLogger('services', 'silent'),
    metrics: createMetrics('services'),
    health,
    translateError: () => undefined,
    shutdownGraceMs: 500,
  });
  add(server, IngestService, ingest);
  add(server, ProbeService, probe);
  add(server, AlertStoreService, store);
  const port = await server.listen('127.0.0.1', wantedPort);
  return { port, address: `127.0.0.1:${port}`, stop: () => server[Symbol.asyncDispose]() };
}

function add<S extends DescService>(
  server: GrpcServer,
  service: S,
  implementation: Partial<ServiceImplementation<S>>,
): void {
  server.add(service, implementation as ServiceImplementation<S>);
}

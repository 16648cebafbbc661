import { type Client, createClient } from '@connectrpc/connect';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { QuarantineService } from '@vigie/proto/vigie/store/v1/quarantine_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { createLogger, Health } from '@vigie/service-kit/telemetry';
import { Registry } from 'prom-client';
import { startStore } from '../composition-root.ts';
import { readConfig } from '../config.ts';

/** The whole service, in this process. */
export interface RunningStore {
  readonly client: Client<typeof AlertStoreService>;
  /** To all its services. */
  readonly transport: ChannelTransport;
  readonly health: Health;
  readonly metrics: Registry;
  /** Resolves once the service serves. */
  readonly started: Promise<void>;
}

export async function runStore(
  teardown: AsyncDisposableStack,
  env: NodeJS.ProcessEnv & { DATABASE_URL: string; NATS_URL: string },
): Promise<RunningStore> {
  const [port] = await pickFreePorts(1);
  const config = readConfig({ ...env, PORT: String(port), HOST: '127.0.0.1', SHUTDOWN_GRACE_MS: '500' });
  const health = new Health();
  const metrics = new Registry();
  const own = teardown.use(new AsyncDisposableStack());
  const transport = teardown.use(
    new ChannelTransport({
      address: `127.0.0.1:${port}`,
      services: [AlertStoreService, QuarantineService],
      defaultTimeoutMs: 10_000,
    }),
  );
  const logger = createLogger('store-svc', process.env.LOG_LEVEL ?? 'silent');
  const started = startStore(config, { logger, metrics, health, teardown: own }).then(() => health.enter('running'));
  return { client: createClient(AlertStoreService, transport), transport, health, metrics, started };
}

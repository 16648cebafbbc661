import { type Client, createClient } from '@connectrpc/connect';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { asOwnService, OPEN_ACCESS } from '@vigie/access/testing';
import type { ReceivedAlert } from '@vigie/alert';
import { subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import type { NatsServer } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { type scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { IdempotencyService } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { createLogger, Health, TRACEPARENT } from '@vigie/service-kit/telemetry';
import { Registry } from 'prom-client';
import { startStore } from '../composition-root.ts';
import { readConfig } from '../config.ts';

const SPAN_ID = '00f067aa0ba902b7';

/** The whole service, in this process. */
export interface RunningStore {
  readonly client: Client<typeof AlertService>;
  readonly outcomes: Client<typeof OutcomeService>;
  /** To all its services. */
  readonly transport: ChannelTransport;
  readonly health: Health;
  readonly metrics: Registry;
  /** Resolves once the service serves. */
  readonly started: Promise<void>;
  /** Publishes alerts as ingest-svc does; resolves once they are on the stream. */
  publish(alerts: readonly ReceivedAlert[]): Promise<void>;
  /** Publishes alerts; resolves once each has its row. */
  record(alerts: readonly ReceivedAlert[], timeoutMs?: number): Promise<void>;
}

type StoreEnvironment = NodeJS.ProcessEnv & { DATABASE_URL: string; NATS_URL: string };

/** Where it finds the servers of a spec. */
export function storeEnvironment(
  postgres: Awaited<ReturnType<typeof scratchPostgres>>,
  nats: Pick<NatsServer, 'urlOf'>,
): StoreEnvironment {
  return {
    DATABASE_URL: postgres.urlOf('store-svc'),
    DATABASE_MIGRATION_URL: postgres.url,
    NATS_URL: nats.urlOf('store-svc'),
  };
}

export async function runStore(teardown: AsyncDisposableStack, env: StoreEnvironment): Promise<RunningStore> {
  const [port] = await pickFreePorts(1);
  const config = readConfig({
    ...OPEN_ACCESS,
    ...env,
    PORT: String(port),
    HOST: '127.0.0.1',
    SHUTDOWN_GRACE_MS: '500',
  });
  const health = new Health();
  const metrics = new Registry();
  const own = teardown.use(new AsyncDisposableStack());
  const transport = teardown.use(
    new ChannelTransport({
      address: `127.0.0.1:${port}`,
      services: [AlertIndexService, AlertService, IdempotencyService, OutcomeService, QuarantinedAlertService],
      defaultTimeoutMs: 60_000,
      interceptors: [asOwnService],
    }),
  );
  const logger = createLogger('store-svc', process.env.LOG_LEVEL ?? 'silent');
  const started = startStore(config, { logger, metrics, health, teardown: own }).then(() => health.enter('running'));
  const client = createClient(AlertService, transport);

  async function publish(alerts: readonly ReceivedAlert[]): Promise<void> {
    await using connections = new AsyncDisposableStack();
    const connection = await connect({ ...readNatsUrl(env.NATS_URL) });
    connections.defer(() => connection.close());
    const stream = jetstream(connection);
    await Promise.all(
      alerts.map(({ alert, traceId }) => {
        const carrier = headers();
        carrier.set(TRACEPARENT, `00-${traceId}-${SPAN_ID}-01`);
        return stream.publish(subjects.received(alert), encodeAlertPayload(alert), { headers: carrier });
      }),
    );
  }

  return {
    client,
    outcomes: createClient(OutcomeService, transport),
    transport,
    health,
    metrics,
    started,
    publish,
    async record(alerts, timeoutMs) {
      await publish(alerts);
      await Promise.all(
        alerts.map(({ alert: { uid } }) =>
          waitFor(`the row of ${uid}`, () => client.getAlert({ uid }).catch(() => undefined), timeoutMs),
        ),
      );
    },
  };
}

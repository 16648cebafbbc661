import { asService, authorizeCalls, openAccess } from '@vigie/access/wire';
import { findIntakeProblem, openStreams, type StreamName } from '@vigie/alert/streams';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { ChannelTransport, GrpcServer } from '@vigie/service-kit/grpc';
import { bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { closeNats, connectNats, readNatsUrl } from '@vigie/service-kit/nats';
import { createAlertService } from './adapters/grpc/alert-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { createIngestMetrics } from './adapters/grpc/ingest-metrics.ts';
import { StoreRecordedAlerts } from './adapters/grpc/store-recorded-alerts.ts';
import { JetStreamAlertQueue } from './adapters/jetstream/jetstream-alert-queue.ts';
import { type AcceptAlert, createAcceptAlert } from './application/accept-alert.ts';
import type { Config } from './config.ts';
import type { AlertQueue } from './ports/alert-queue.ts';
import type { RecordedAlerts } from './ports/recorded-alerts.ts';
import { service } from './service.ts';

/** Where accepted alerts go. */
const STREAM: StreamName = 'ALERTS';
/** A row is found in milliseconds; an alert must not wait long for a store that is away. */
const STORE_TIMEOUT_MS = 500;

export interface IngestPorts {
  readonly alertQueue: AlertQueue;
  readonly recordedAlerts: RecordedAlerts;
}

interface Parts extends IngestPorts {
  readonly acceptAlert: AcceptAlert;
}

/**
 * @param overrides ports to use instead of the real ones; with an `alertQueue`, no connection to NATS is made
 * @returns the port on which it listens
 */
export async function startIngest(
  config: Config,
  context: ServiceContext,
  overrides: Partial<IngestPorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const alertQueue = overrides.alertQueue ?? (await openAlertQueue(config, context));
  const { acceptAlert } = bindParts<Parts>(
    {
      alertQueue: () => alertQueue,
      recordedAlerts: () => openRecordedAlerts(config, context),
      acceptAlert: ({ alertQueue, recordedAlerts }) => createAcceptAlert(alertQueue, recordedAlerts),
    },
    overrides,
  );

  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    authorize: authorizeCalls(openAccess(config, context)),
    tls: context.tls,
    shutdownGraceMs: config.shutdownGraceMs,
    limits: config.serverLimits,
  });
  const { tenantVideos } = config;
  server.add(
    AlertService,
    createAlertService({ acceptAlert, tenantVideos, logger, metrics: createIngestMetrics(metrics) }),
  );
  teardown.use(server);
  return server.listen(config.host, config.port);
}

/** Not a check of readiness: alerts are accepted also while store-svc is away. */
function openRecordedAlerts(
  { storeAddress, serviceSecret }: Config,
  { logger, teardown, tls }: ServiceContext,
): RecordedAlerts {
  const services = [AlertIndexService];
  const transport = teardown.use(
    new ChannelTransport({
      address: storeAddress,
      services,
      defaultTimeoutMs: STORE_TIMEOUT_MS,
      interceptors: [asService(serviceSecret)],
      tls,
    }),
  );
  return new StoreRecordedAlerts({ transport, logger, timeoutMs: STORE_TIMEOUT_MS });
}

async function openAlertQueue(config: Config, context: ServiceContext): Promise<AlertQueue> {
  const { logger, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  const manager = await openStreams(connection, config.streamLimits, context);
  health.addCheck('intake', async () => findIntakeProblem(await manager.streams.info(STREAM)));
  return teardown.use(new JetStreamAlertQueue(connection, readNatsUrl(config.natsUrl).inboxPrefix));
}

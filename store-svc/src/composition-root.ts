import 'reflect-metadata';
import { type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { openStreams } from '@vigie/alert/streams';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { settlesWithin } from '@vigie/service-kit/async';
import { GrpcServer } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { closeNats, connectNats, createConsumerMetrics } from '@vigie/service-kit/nats';
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from 'tsyringe';
import { createAlertService } from './adapters/grpc/alert-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { createOutcomeService } from './adapters/grpc/outcome-service.ts';
import { createQuarantinedAlertService } from './adapters/grpc/quarantined-alert-service.ts';
import { JetStreamDeadLetterQueue } from './adapters/jetstream/jetstream-dead-letter-queue.ts';
import { JetStreamOutcomeFeed } from './adapters/jetstream/jetstream-outcome-feed.ts';
import { JetStreamReplayQueue } from './adapters/jetstream/jetstream-replay-queue.ts';
import { startQuarantineConsumer } from './adapters/jetstream/quarantine-consumer.ts';
import { startRecordConsumer } from './adapters/jetstream/record-consumer.ts';
import { openDatabase } from './adapters/postgres/open-database.ts';
import { PostgresAlertStore } from './adapters/postgres/postgres-alert-store.ts';
import { PostgresQuarantineStore } from './adapters/postgres/postgres-quarantine-store.ts';
import { ObservedAlertStore } from './adapters/telemetry/observed-alert-store.ts';
import { ObservedDeadLetterQueue } from './adapters/telemetry/observed-dead-letter-queue.ts';
import { ObservedOutcomeFeed } from './adapters/telemetry/observed-outcome-feed.ts';
import { observeRecordArrival, observeRecordOutcome } from './adapters/telemetry/observed-recording.ts';
import { createStoreMetrics } from './adapters/telemetry/store-metrics.ts';
import { WriteHealth } from './adapters/telemetry/write-health.ts';
import { createGetAlert } from './application/get-alert.ts';
import { createKeepQuarantined } from './application/keep-quarantined.ts';
import { createListAlerts } from './application/list-alerts.ts';
import { createListQuarantined } from './application/list-quarantined.ts';
import { createRecordAlert } from './application/record-alert.ts';
import { createRecordArrival } from './application/record-arrival.ts';
import { createRecordOutcome } from './application/record-outcome.ts';
import { createReplayAlerts } from './application/replay-alerts.ts';
import { createDiscardQuarantined, createRedriveAlerts } from './application/resolve-quarantined.ts';
import type { Config } from './config.ts';
import { service } from './service.ts';
import { tokens } from './tokens.ts';

const CLOSE_DATABASE_MS = 500;

export async function startStore(config: Config, context: ServiceContext): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const services = container.createChildContainer();
  const manager = await connect(services, config, context);
  bindPorts(services, manager, context);
  bindUseCases(services, context);

  const connection = services.resolve(tokens.natsConnection);
  const { shutdownGraceMs } = config;
  const consumerParts = { connection, shutdownGraceMs, logger, consumerMetrics: createConsumerMetrics(metrics) };
  // Stopped side by side: each may take the whole grace period.
  const takers: AsyncDisposable[] = [];
  teardown.defer(async () => {
    await Promise.all(takers.map(taker => taker[Symbol.asyncDispose]()));
  });
  const recordAlert = services.resolve(tokens.recordAlert);
  takers.push(await startRecordConsumer(consumerParts, recordAlert));
  const keepQuarantined = services.resolve(tokens.keepQuarantined);
  takers.push(await startQuarantineConsumer(consumerParts, keepQuarantined));
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    shutdownGraceMs: config.shutdownGraceMs,
  });
  server.add(
    AlertService,
    createAlertService({
      getAlert: services.resolve(tokens.getAlert),
      listAlerts: services.resolve(tokens.listAlerts),
      replayAlerts: services.resolve(tokens.replayAlerts),
      outcomeFeed: services.resolve(tokens.outcomeFeed),
    }),
  );
  server.add(OutcomeService, createOutcomeService(services.resolve(tokens.recordOutcome)));
  server.add(
    QuarantinedAlertService,
    createQuarantinedAlertService({
      listQuarantined: services.resolve(tokens.listQuarantined),
      redriveAlerts: services.resolve(tokens.redriveAlerts),
      discardQuarantined: services.resolve(tokens.discardQuarantined),
    }),
  );
  takers.push(server);
  await server.listen(config.host, config.port);
}

/** Waits for Postgres and NATS, whichever comes first, as long as it takes. */
async function connect(
  services: DependencyContainer,
  config: Config,
  { logger, health, teardown }: ServiceContext,
): Promise<JetStreamManager> {
  const stopped = new AbortController();
  teardown.defer(() => stopped.abort());
  const [orm, connection] = await Promise.all([
    openDatabase({
      url: config.databaseUrl,
      migrationUrl: config.databaseMigrationUrl,
      poolSize: config.databasePoolSize,
      timeouts: {
        statementTimeoutMs: config.databaseStatementTimeoutMs,
        lockTimeoutMs: config.databaseLockTimeoutMs,
        idleTransactionTimeoutMs: config.databaseIdleTransactionTimeoutMs,
      },
      logger,
      health,
      signal: stopped.signal,
    }),
    connectNats({ url: config.natsUrl, name: service.name, logger, health }),
  ]);
  // A frozen Postgres doesn't say goodbye either.
  teardown.defer(async () => void (await settlesWithin(orm.close(true), CLOSE_DATABASE_MS)));
  teardown.defer(() => closeNats(connection));
  const manager = await openStreams(connection, config.streamLimits, { logger, health });
  services.register(tokens.orm, { useValue: orm });
  services.register(tokens.natsConnection, { useValue: connection });
  return manager;
}

function bindPorts(
  services: DependencyContainer,
  manager: JetStreamManager,
  { logger, metrics, health }: ServiceContext,
): void {
  services.register(tokens.storeMetrics, { useValue: createStoreMetrics(metrics) });
  const writes = new WriteHealth();
  health.addCheck('writes', () => writes.failure);
  bind(services, tokens.alertStore, c => {
    const store = new PostgresAlertStore(c.resolve(tokens.orm));
    return new ObservedAlertStore(store, logger, c.resolve(tokens.storeMetrics), writes);
  });
  bind(services, tokens.quarantine, c => new PostgresQuarantineStore(c.resolve(tokens.orm)));
  bind(services, tokens.deadLetters, c => {
    const queue = new JetStreamDeadLetterQueue(jetstream(c.resolve(tokens.natsConnection)));
    return new ObservedDeadLetterQueue(queue, logger, c.resolve(tokens.storeMetrics));
  });
  bind(services, tokens.replayQueue, c => new JetStreamReplayQueue(jetstream(c.resolve(tokens.natsConnection))));
  bind(services, tokens.outcomeFeed, c => {
    const client = jetstream(c.resolve(tokens.natsConnection));
    const feed = new JetStreamOutcomeFeed({ client, manager, logger });
    return new ObservedOutcomeFeed(feed, c.resolve(tokens.storeMetrics));
  });
}

function bindUseCases(services: DependencyContainer, { logger }: ServiceContext): void {
  bind(services, tokens.recordArrival, c =>
    observeRecordArrival(createRecordArrival(c.resolve(tokens.alertStore)), logger, c.resolve(tokens.storeMetrics)),
  );
  bind(services, tokens.recordAlert, c =>
    createRecordAlert({
      recordArrival: c.resolve(tokens.recordArrival),
      store: c.resolve(tokens.alertStore),
      deadLetters: c.resolve(tokens.deadLetters),
    }),
  );
  bind(services, tokens.recordOutcome, c =>
    observeRecordOutcome(createRecordOutcome(c.resolve(tokens.alertStore)), logger, c.resolve(tokens.storeMetrics)),
  );
  bind(services, tokens.getAlert, c => createGetAlert(c.resolve(tokens.alertStore)));
  bind(services, tokens.listAlerts, c => createListAlerts(c.resolve(tokens.alertStore)));
  bind(services, tokens.replayAlerts, c =>
    createReplayAlerts(c.resolve(tokens.listAlerts), c.resolve(tokens.replayQueue)),
  );
  bind(services, tokens.keepQuarantined, c => createKeepQuarantined(c.resolve(tokens.quarantine)));
  bind(services, tokens.listQuarantined, c => createListQuarantined(c.resolve(tokens.quarantine)));
  bind(services, tokens.redriveAlerts, c =>
    createRedriveAlerts(c.resolve(tokens.quarantine), c.resolve(tokens.replayQueue)),
  );
  bind(services, tokens.discardQuarantined, c => createDiscardQuarantined(c.resolve(tokens.quarantine)));
}

function bind<T>(
  services: DependencyContainer,
  token: InjectionToken<T>,
  create: (container: DependencyContainer) => T,
): void {
  services.register(token, { useFactory: instanceCachingFactory(create) });
}

import 'reflect-metadata';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { GrpcServer } from '@vigie/mesh/grpc/grpc-server.ts';
import { connectNats } from '@vigie/mesh/jetstream/nats-connection.ts';
import { ensureStreams } from '@vigie/mesh/jetstream/streams.ts';
import type { ServiceContext } from '@vigie/mesh/lifecycle/service-context.ts';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from 'tsyringe';
import { createAlertStoreService } from './adapters/grpc/alert-store-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { JetStreamOutcomeFeed } from './adapters/jetstream/jetstream-outcome-feed.ts';
import { startRecordConsumer } from './adapters/jetstream/record-consumer.ts';
import { openDatabase } from './adapters/postgres/open-database.ts';
import { PostgresAlertStore } from './adapters/postgres/postgres-alert-store.ts';
import { ObservedAlertStore } from './adapters/telemetry/observed-alert-store.ts';
import { ObservedOutcomeFeed } from './adapters/telemetry/observed-outcome-feed.ts';
import { createStoreMetrics } from './adapters/telemetry/store-metrics.ts';
import { WriteHealth } from './adapters/telemetry/write-health.ts';
import { createGetAlert } from './application/get-alert.ts';
import { createListAlerts } from './application/list-alerts.ts';
import { createRecordAlert } from './application/record-alert.ts';
import { createRecordOutcome } from './application/record-outcome.ts';
import type { Config } from './config.ts';
import { tokens } from './tokens.ts';

export async function startStore(config: Config, context: ServiceContext): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const services = container.createChildContainer();
  const manager = await connect(services, config, context);
  bindPorts(services, manager, context);
  bindUseCases(services);

  teardown.use(
    await startRecordConsumer({
      connection: services.resolve(tokens.natsConnection),
      recordAlert: services.resolve(tokens.recordAlert),
      logger,
      metrics,
    }),
  );
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    shutdownGraceMs: config.shutdownGraceMs,
  });
  server.add(
    AlertStoreService,
    createAlertStoreService({
      recordAlert: services.resolve(tokens.recordAlert),
      recordOutcome: services.resolve(tokens.recordOutcome),
      getAlert: services.resolve(tokens.getAlert),
      listAlerts: services.resolve(tokens.listAlerts),
      outcomeFeed: services.resolve(tokens.outcomeFeed),
    }),
  );
  teardown.use(server);
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
    connectNats({ url: config.natsUrl, name: 'store-svc', logger, health }),
  ]);
  teardown.defer(() => orm.close(true));
  teardown.defer(() => connection.drain());
  const manager = await jetstreamManager(connection);
  await ensureStreams(manager, config.streamLimits);
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
  health.addCheck('writes', () => writes.fault);
  bind(services, tokens.alertStore, c => {
    const store = new PostgresAlertStore(c.resolve(tokens.orm));
    return new ObservedAlertStore(store, logger, c.resolve(tokens.storeMetrics), writes);
  });
  bind(services, tokens.outcomeFeed, c => {
    const client = jetstream(c.resolve(tokens.natsConnection));
    const feed = new JetStreamOutcomeFeed({ client, manager, logger });
    return new ObservedOutcomeFeed(feed, c.resolve(tokens.storeMetrics));
  });
}

function bindUseCases(services: DependencyContainer): void {
  bind(services, tokens.recordAlert, c => createRecordAlert(c.resolve(tokens.alertStore)));
  bind(services, tokens.recordOutcome, c => createRecordOutcome(c.resolve(tokens.alertStore)));
  bind(services, tokens.getAlert, c => createGetAlert(c.resolve(tokens.alertStore)));
  bind(services, tokens.listAlerts, c => createListAlerts(c.resolve(tokens.alertStore)));
}

function bind<T>(
  services: DependencyContainer,
  token: InjectionToken<T>,
  create: (container: DependencyContainer) => T,
): void {
  services.register(token, { useFactory: instanceCachingFactory(create) });
}

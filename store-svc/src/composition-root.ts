import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { auditCalls, authorizeCalls, openAccess, openAuditQueue } from '@vigie/access/wire';
import { openStreams } from '@vigie/alert/streams';
import { openDatabase } from '@vigie/postgres';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { IdempotencyService } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { PassLoop, settlesWithin } from '@vigie/service-kit/async';
import { GrpcServer } from '@vigie/service-kit/grpc';
import { bindAdapters, bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { closeNats, connectNats, createConsumerMetrics } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import { validateRequests } from '@vigie/service-kit/validation';
import { FileAlertArchive } from './adapters/files/file-alert-archive.ts';
import { createAlertIndexService } from './adapters/grpc/alert-index-service.ts';
import { createAlertService } from './adapters/grpc/alert-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { createIdempotencyService } from './adapters/grpc/idempotency-service.ts';
import { createOutcomeService } from './adapters/grpc/outcome-service.ts';
import { createQuarantinedAlertService } from './adapters/grpc/quarantined-alert-service.ts';
import { JetStreamAlertJournal } from './adapters/jetstream/jetstream-alert-journal.ts';
import { JetStreamAlertStream } from './adapters/jetstream/jetstream-alert-stream.ts';
import { JetStreamDeadLetterQueue } from './adapters/jetstream/jetstream-dead-letter-queue.ts';
import { JetStreamOutcomeFeed } from './adapters/jetstream/jetstream-outcome-feed.ts';
import { JetStreamOutcomeJournal } from './adapters/jetstream/jetstream-outcome-journal.ts';
import { JetStreamReplayQueue } from './adapters/jetstream/jetstream-replay-queue.ts';
import { startQuarantineConsumer } from './adapters/jetstream/quarantine-consumer.ts';
import { startRecordConsumer } from './adapters/jetstream/record-consumer.ts';
import type { StoreConsumerParts } from './adapters/jetstream/store-consumer.ts';
import { PostgresAlertCounts } from './adapters/postgres/postgres-alert-counts.ts';
import { PostgresAlertStores } from './adapters/postgres/postgres-alert-stores.ts';
import { PostgresIdempotencyKeys } from './adapters/postgres/postgres-idempotency-keys.ts';
import { PostgresMaintenanceLease } from './adapters/postgres/postgres-maintenance-lease.ts';
import { PostgresQuarantineStore } from './adapters/postgres/postgres-quarantine-store.ts';
import { STORE_SCHEMA } from './adapters/postgres/schema.ts';
import { ObservedAlertStores } from './adapters/telemetry/observed-alert-store.ts';
import { ObservedDeadLetterQueue } from './adapters/telemetry/observed-dead-letter-queue.ts';
import { ObservedOutcomeFeed } from './adapters/telemetry/observed-outcome-feed.ts';
import { observeRecordArrival, observeRecordOutcome } from './adapters/telemetry/observed-recording.ts';
import { createStoreMetrics } from './adapters/telemetry/store-metrics.ts';
import { TelemetryPositionReports } from './adapters/telemetry/telemetry-position-reports.ts';
import { TelemetrySweepReports } from './adapters/telemetry/telemetry-sweep-reports.ts';
import { WriteHealth } from './adapters/telemetry/write-health.ts';
import { type ArchiveAlerts, createArchiveAlerts } from './application/archive-alerts.ts';
import {
  createDeleteAlert,
  createPurgeAlerts,
  type DeleteAlert,
  type PurgeAlerts,
} from './application/delete-alerts.ts';
import { createGetAlert, type GetAlert } from './application/get-alert.ts';
import { KeepPositions } from './application/keep-positions.ts';
import { createKeepQuarantined, type KeepQuarantined } from './application/keep-quarantined.ts';
import { createListAlerts, type ListAlerts } from './application/list-alerts.ts';
import { createListQuarantined, type ListQuarantined } from './application/list-quarantined.ts';
import { OutcomeNotices } from './application/outcome-notices.ts';
import { createRecordAlert, type RecordAlert } from './application/record-alert.ts';
import { createRecordArrival, type RecordArrival } from './application/record-arrival.ts';
import { createRecordOutcome, type RecordOutcome } from './application/record-outcome.ts';
import { createReplayAlerts, type ReplayAlerts } from './application/replay-alerts.ts';
import {
  createDiscardQuarantined,
  createRedriveAlerts,
  type ResolveQuarantined,
} from './application/resolve-quarantined.ts';
import { createReviveAlerts, type ReviveAlerts } from './application/revive-alerts.ts';
import { createSweep, type Sweep } from './application/sweep.ts';
import { SweepMessages } from './application/sweep-messages.ts';
import type { Config } from './config.ts';
import type { AlertCounts } from './ports/alert-counts.ts';
import type { AlertJournal } from './ports/alert-journal.ts';
import type { AlertStores } from './ports/alert-store.ts';
import type { AlertStream } from './ports/alert-stream.ts';
import type { DeadLetterQueue } from './ports/dead-letter-queue.ts';
import type { IdempotencyKeys } from './ports/idempotency-keys.ts';
import type { MaintenanceLease } from './ports/maintenance-lease.ts';
import type { OutcomeFeed } from './ports/outcome-feed.ts';
import type { OutcomeJournal } from './ports/outcome-journal.ts';
import type { QuarantineStore } from './ports/quarantine-store.ts';
import type { ReplayQueue } from './ports/replay-queue.ts';
import type { SweepReports } from './ports/sweep-reports.ts';
import { service } from './service.ts';

const RELEASE_LEASE_MS = 500;
const CHECK_POSITIONS_MS = 2_000;
/** What a summary has to read beside the sums is what changed in this time. */
const FOLD_COUNTS_MS = 10_000;
const FORGET_KEYS_MS = 60_000;

export interface StorePorts {
  readonly alertStores: AlertStores;
  readonly alertCounts: AlertCounts;
  readonly quarantine: QuarantineStore;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly deadLetters: DeadLetterQueue;
  readonly replayQueue: ReplayQueue;
  readonly outcomeFeed: OutcomeFeed;
  readonly alertJournal: AlertJournal;
  readonly outcomeJournal: OutcomeJournal;
  readonly lease: MaintenanceLease;
  readonly sweepReports: SweepReports;
  readonly alertStream: AlertStream;
  /** Has the messages of the stream of alerts recorded until it is disposed of. */
  readonly consumeAlerts: (recordAlert: RecordAlert) => Promise<AsyncDisposable>;
  /** Has the messages of the stream QUARANTINE kept until it is disposed of. */
  readonly consumeQuarantined: (keepQuarantined: KeepQuarantined) => Promise<AsyncDisposable>;
}

interface Parts extends StorePorts {
  readonly recordArrival: RecordArrival;
  readonly recordAlert: RecordAlert;
  readonly recordOutcome: RecordOutcome;
  readonly getAlert: GetAlert;
  readonly listAlerts: ListAlerts;
  readonly replayAlerts: ReplayAlerts;
  readonly deleteAlert: DeleteAlert;
  readonly purgeAlerts: PurgeAlerts;
  readonly keepQuarantined: KeepQuarantined;
  readonly listQuarantined: ListQuarantined;
  readonly redriveAlerts: ResolveQuarantined;
  readonly discardQuarantined: ResolveQuarantined;
  readonly sweepMessages: SweepMessages;
  readonly reviveAlerts: ReviveAlerts;
  readonly sweep: Sweep;
  /** Undefined if the table keeps all alerts. */
  readonly archiveAlerts: ArchiveAlerts | undefined;
  /** Records a message of a stream that doesn't fit the rows. */
  readonly rescueAlert: RecordAlert;
  readonly keepPositions: KeepPositions;
}

/**
 * @param overrides ports to use instead of the real ones; Postgres and NATS are connected to if another needs them
 * @returns the port on which it listens
 */
export async function startStore(
  config: Config,
  context: ServiceContext,
  overrides: Partial<StorePorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { shutdownGraceMs } = config;
  const storeMetrics = createStoreMetrics(metrics);
  const writes = new WriteHealth();
  health.addCheck('writes', () => writes.failure);
  const positionReports = new TelemetryPositionReports(logger);
  health.addCheck('positions', () => positionReports.problem);

  // Waits for Postgres and NATS, whichever comes first, as long as it takes.
  const [fromPostgres, fromJetStream] = await Promise.all([
    bindAdapters(
      () => openDatabase(STORE_SCHEMA, config.database, context),
      {
        alertStores: orm =>
          new ObservedAlertStores(new PostgresAlertStores(orm), { logger, metrics: storeMetrics, writes }),
        alertCounts: orm => new PostgresAlertCounts(orm),
        quarantine: orm => new PostgresQuarantineStore(orm),
        lease: orm => new PostgresMaintenanceLease(orm),
        idempotencyKeys: orm => new PostgresIdempotencyKeys(orm, config.idempotencyWindowMs),
      },
      overrides,
    ),
    bindAdapters(
      () => openJetStream(config, context),
      {
        deadLetters: ({ client }) =>
          new ObservedDeadLetterQueue(new JetStreamDeadLetterQueue(client), logger, storeMetrics),
        replayQueue: ({ client }) => new JetStreamReplayQueue(client),
        outcomeFeed: ({ client, manager }) =>
          new ObservedOutcomeFeed(teardown.use(new JetStreamOutcomeFeed({ client, manager, logger })), storeMetrics),
        alertJournal: ({ client, manager }) => new JetStreamAlertJournal(client, manager),
        outcomeJournal: ({ client, manager }) => new JetStreamOutcomeJournal(client, manager),
        alertStream: ({ manager }) => new JetStreamAlertStream(manager, config.streamLimits),
        consumeAlerts:
          ({ consumerParts }) =>
          (recordAlert: RecordAlert) =>
            startRecordConsumer(consumerParts, recordAlert),
        consumeQuarantined:
          ({ consumerParts }) =>
          (keepQuarantined: KeepQuarantined) =>
            startQuarantineConsumer(consumerParts, keepQuarantined),
      },
      overrides,
    ),
  ]);

  const parts = bindParts<Parts>(
    {
      ...fromPostgres,
      ...fromJetStream,
      sweepReports: () => new TelemetrySweepReports(logger, metrics),

      recordArrival: ({ alertStores }) => observeRecordArrival(createRecordArrival(alertStores), logger, storeMetrics),
      recordAlert: ({ recordArrival, alertStores: stores, deadLetters, keepPositions }) =>
        createRecordAlert({ recordArrival, stores, deadLetters, mayDisplace: () => keepPositions.isCurrent() }),
      recordOutcome: ({ alertStores }) => observeRecordOutcome(createRecordOutcome(alertStores), logger, storeMetrics),
      getAlert: ({ alertStores, outcomeFeed }) => createGetAlert(alertStores, new OutcomeNotices(outcomeFeed)),
      listAlerts: ({ alertStores }) => createListAlerts(alertStores),
      replayAlerts: ({ listAlerts, replayQueue }) => createReplayAlerts(listAlerts, replayQueue),
      deleteAlert: ({ alertStores }) => createDeleteAlert(alertStores),
      purgeAlerts: ({ listAlerts, alertStores }) => createPurgeAlerts(listAlerts, alertStores),
      keepQuarantined: ({ quarantine }) => createKeepQuarantined(quarantine),
      listQuarantined: ({ quarantine }) => createListQuarantined(quarantine),
      redriveAlerts: ({ quarantine, replayQueue }) => createRedriveAlerts(quarantine, replayQueue),
      discardQuarantined: ({ quarantine }) => createDiscardQuarantined(quarantine),
      sweepMessages: ({ alertJournal, outcomeJournal, alertStores: stores, quarantine, deadLetters, recordAlert }) =>
        new SweepMessages({ alertJournal, outcomeJournal, stores, quarantine, deadLetters, recordAlert }),
      reviveAlerts: ({ alertStores: stores, quarantine, replayQueue, recordOutcome }) =>
        createReviveAlerts({ stores, quarantine, replayQueue, recordOutcome }),
      sweep: ({ lease, alertJournal, alertStores: stores, sweepMessages, reviveAlerts, sweepReports: reports }) =>
        createSweep({
          lease,
          alertJournal,
          stores,
          sweepMessages,
          reviveAlerts,
          reports,
          afterMs: config.sweepAfterMs,
        }),
      archiveAlerts: ({ lease, alertStores: stores }) =>
        config.archiveDir === undefined
          ? undefined
          : createArchiveAlerts({
              ...{ lease, stores, archive: new FileAlertArchive(config.archiveDir) },
              afterMs: config.archiveAfterMs,
            }),
      rescueAlert: ({ recordArrival, alertStores: stores, deadLetters }) =>
        createRecordAlert({ recordArrival, stores, deadLetters, mayDisplace: async () => true }),
      keepPositions: ({ alertStream: stream, alertStores: stores, lease, alertJournal, rescueAlert, reviveAlerts }) =>
        new KeepPositions({
          ...{ stream, stores, lease, alertJournal, reviveAlerts },
          recordAlert: rescueAlert,
          reports: positionReports,
        }),
    },
    overrides,
  );

  const audit = openAuditQueue(config, context);
  // Stopped side by side: each may take the whole grace period.
  const takers: AsyncDisposable[] = [];
  teardown.defer(async () => {
    await Promise.all(takers.map(taker => taker[Symbol.asyncDispose]()));
  });
  takers.push(keepChecking(parts.keepPositions, shutdownGraceMs, logger));
  // Before a message is recorded, its position has to compare with those in the rows.
  await parts.keepPositions.current;
  takers.push(await parts.consumeAlerts(parts.recordAlert));
  takers.push(await parts.consumeQuarantined(parts.keepQuarantined));
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    authorize: authorizeCalls(openAccess(config, context)),
    tls: context.tls,
    interceptors: [
      auditCalls(event => audit.add(event), { logger, translateError }),
      validateRequests(
        [AlertService, AlertIndexService, IdempotencyService, QuarantinedAlertService],
        OutcomeService.methods,
      ),
    ],
    shutdownGraceMs,
    limits: config.serverLimits,
  });
  server.add(AlertService, createAlertService(parts), {
    getAlert: ['postgres'],
    listAlerts: ['postgres'],
    summarizeAlerts: ['postgres'],
    watchAlerts: ['nats', 'streams'],
    replayAlerts: ['postgres', 'nats', 'streams'],
    deleteAlert: ['postgres', 'writes'],
    purgeAlerts: ['postgres', 'writes'],
  });
  server.add(OutcomeService, createOutcomeService(parts.recordOutcome, parts.alertStores), {
    recordOutcomes: ['postgres', 'writes'],
    reportRetries: ['postgres', 'writes'],
  });
  server.add(QuarantinedAlertService, createQuarantinedAlertService(parts), {
    listQuarantinedAlerts: ['postgres'],
    discardQuarantinedAlerts: ['postgres', 'writes'],
  });
  server.add(AlertIndexService, createAlertIndexService(parts.alertStores), { findAlerts: ['postgres'] });
  server.add(IdempotencyService, createIdempotencyService(parts.idempotencyKeys), {
    begin: ['postgres', 'writes'],
    finish: ['postgres', 'writes'],
    release: ['postgres', 'writes'],
  });
  takers.push(server);
  takers.push(startSweeps(parts, config));
  if (parts.archiveAlerts !== undefined) takers.push(startArchiving(parts.archiveAlerts, config, logger));
  takers.push(keepFolding(parts.alertCounts, shutdownGraceMs, logger));
  takers.push(keepForgetting(parts.idempotencyKeys, shutdownGraceMs, logger));
  return server.listen(config.host, config.port);
}

interface JetStream {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly consumerParts: StoreConsumerParts;
}

async function openJetStream(config: Config, context: ServiceContext): Promise<JetStream> {
  const { logger, metrics, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  const manager = await openStreams(connection, config.streamLimits, context);
  const { shutdownGraceMs } = config;
  const consumerParts = { connection, shutdownGraceMs, logger, consumerMetrics: createConsumerMetrics(metrics) };
  return { client: jetstream(connection), manager, consumerParts };
}

function keepChecking(keepPositions: KeepPositions, shutdownGraceMs: number, logger: Logger): AsyncDisposable {
  return new PassLoop({
    pass: signal => keepPositions.check(signal),
    intervalMs: CHECK_POSITIONS_MS,
    shutdownGraceMs,
    // NATS or Postgres is away, as other checks of readiness say.
    onEnd: error => error && logger.debug({ err: error }, 'positions not compared'),
  });
}

function keepFolding(counts: AlertCounts, shutdownGraceMs: number, logger: Logger): AsyncDisposable {
  return new PassLoop({
    pass: () => counts.fold(),
    intervalMs: FOLD_COUNTS_MS,
    shutdownGraceMs,
    // Counts are right without it, only slower.
    onEnd: error => error && logger.debug({ err: error }, 'counts not folded'),
  });
}

function startArchiving(archiveAlerts: ArchiveAlerts, config: Config, logger: Logger): AsyncDisposable {
  return new PassLoop({
    pass: archiveAlerts,
    intervalMs: config.archiveIntervalMs,
    shutdownGraceMs: config.shutdownGraceMs,
    onEnd: error => error && logger.error({ err: error }, 'old alerts not archived'),
  });
}

function keepForgetting(keys: IdempotencyKeys, shutdownGraceMs: number, logger: Logger): AsyncDisposable {
  return new PassLoop({
    pass: signal => keys.forgetExpired(signal),
    intervalMs: FORGET_KEYS_MS,
    shutdownGraceMs,
    // Nobody is shown what has expired; it only takes room.
    onEnd: error => error && logger.debug({ err: error }, 'idempotency keys not forgotten'),
  });
}

function startSweeps({ sweep, lease, sweepReports }: Parts, config: Config): AsyncDisposable {
  const loop = new PassLoop({
    pass: sweep,
    intervalMs: config.sweepIntervalMs,
    shutdownGraceMs: config.shutdownGraceMs,
    onEnd: error => sweepReports.ended(error),
  });
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      // Where Postgres is away, the lease ends by itself.
      await settlesWithin(lease.release(), RELEASE_LEASE_MS);
    },
  };
}

import { fileURLToPath } from 'node:url';
import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { asService, authorizeCalls, openAccess } from '@vigie/access/wire';
import { openStreams } from '@vigie/alert/streams';
import type { MediaSource, MemoryLimits } from '@vigie/media-source';
import { HttpMediaSource } from '@vigie/media-source/http';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { processClock, Slots } from '@vigie/service-kit/async';
import { ChannelTransport, createUpstreamCheck, GrpcServer } from '@vigie/service-kit/grpc';
import { bindAdapters, bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { awaitJetStream, closeNats, connectNats } from '@vigie/service-kit/nats';
import { validateRequests } from '@vigie/service-kit/validation';
import { ChildProcessIsolation } from './adapters/child-process/child-process-isolation.ts';
import { createIsolationMetrics } from './adapters/child-process/isolation-metrics.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { GrpcAlertDirectory } from './adapters/grpc/grpc-alert-directory.ts';
import { GrpcOutcomeStore } from './adapters/grpc/grpc-outcome-store.ts';
import { GrpcRetryReports } from './adapters/grpc/grpc-retry-reports.ts';
import { createPosterMetrics } from './adapters/grpc/poster-metrics.ts';
import { createVideoService } from './adapters/grpc/video-service.ts';
import { createHttpMetrics } from './adapters/http/http-metrics.ts';
import { exposeAdmission } from './adapters/jetstream/admission-metrics.ts';
import { startAlertConsumer } from './adapters/jetstream/alert-consumer.ts';
import { AttemptsStream } from './adapters/jetstream/attempts-stream.ts';
import { JetStreamAlertQuarantine } from './adapters/jetstream/jetstream-alert-quarantine.ts';
import { JetStreamAttemptJournal } from './adapters/jetstream/jetstream-attempt-journal.ts';
import { JetStreamOutcomeEvents } from './adapters/jetstream/jetstream-outcome-events.ts';
import { JetStreamStorePresence } from './adapters/jetstream/jetstream-store-presence.ts';
import { LibavPosterMaker } from './adapters/libav/libav-poster-maker.ts';
import { AdmissionQueue } from './application/admission-queue.ts';
import { createMakeAlertPoster, type MakeAlertPoster } from './application/make-alert-poster.ts';
import { createMakePoster, type MakePoster } from './application/make-poster.ts';
import { takeOrRefuse } from './application/overload.ts';
import { createProbeChunks, type ProbeChunks } from './application/probe-chunks.ts';
import { createProbeVideo, createProbeVideoIsolated, type ProbeVideo } from './application/probe-video.ts';
import { createProcessAlert, type ProcessAlert } from './application/process-alert.ts';
import { createPublishOutcome } from './application/publish-outcome.ts';
import { reportRetries } from './application/report-retries.ts';
import type { Config } from './config.ts';
import { createHeaderProbe } from './header-probe-backend.ts';
import type { AlertDirectory } from './ports/alert-directory.ts';
import type { AlertQuarantine } from './ports/alert-quarantine.ts';
import type { AttemptJournal } from './ports/attempt-journal.ts';
import type { HeaderProbe, ProbeIsolation } from './ports/header-probe.ts';
import type { OutcomeEvents } from './ports/outcome-events.ts';
import type { OutcomeStore } from './ports/outcome-store.ts';
import type { PosterMaker } from './ports/poster-maker.ts';
import type { RetryReports } from './ports/retry-reports.ts';
import type { StorePresence } from './ports/store-presence.ts';
import { service } from './service.ts';

/** Most headers are smaller: the 95th percentile is 96 KiB. */
const SMALL_HEADER_BYTES = 256 * 1024;
/** For ProbeVideo calls, which come on top of the alerts in flight. */
const SPARE_CONNECTIONS = 32;
const STORE_CALL_TIMEOUT_MS = 5_000;
/** If the store has the alert's row by then, or is repaired, no other delivery is needed. */
const STORE_PATIENCE_MS = 20_000;
/** For what is pulled ahead no progress is reported to JetStream: it may wait as long as a probe, and a little more. */
const ACK_WAIT_SLACK_MS = 5_000;

/**
 * Enough to keep what is in flight complete; so few that they are in flight before their ack wait is over, even on a
 * machine that manages only some alerts a second.
 */
const PREFETCH = 32;

const ISOLATED_MAIN = fileURLToPath(new URL('./isolated-main.ts', import.meta.url));
/** One that hangs doesn't delay the other alerts that are redelivered. */
const MAX_PROBE_CHILDREN = 2;

export interface ProbePorts {
  readonly videoSource: MediaSource;
  readonly headerProbe: HeaderProbe;
  readonly probeIsolation: ProbeIsolation;
  readonly posterMaker: PosterMaker;
  readonly alertDirectory: AlertDirectory;
  readonly outcomeStore: OutcomeStore;
  readonly retryReports: RetryReports;
  readonly outcomeEvents: OutcomeEvents;
  readonly alertQuarantine: AlertQuarantine;
  readonly storePresence: StorePresence;
  readonly attemptJournal: AttemptJournal;
  /** Has the alerts of the stream processed until it is disposed of. */
  readonly consumeAlerts: (processAlert: ProcessAlert) => Promise<AsyncDisposable>;
}

interface Parts extends ProbePorts {
  readonly probeVideo: ProbeVideo;
  readonly probeVideoIsolated: ProbeVideo;
  readonly probeVideoOfCall: ProbeVideo;
  readonly probeChunks: ProbeChunks;
  readonly makePoster: MakePoster;
  readonly makeAlertPoster: MakeAlertPoster;
  readonly admissionQueue: AdmissionQueue;
  readonly processAlert: ProcessAlert;
}

/**
 * @param overrides ports to use instead of the real ones; NATS and store-svc are connected to if another needs them
 * @returns the port on which it listens
 */
export async function startProbe(
  config: Config,
  context: ServiceContext,
  overrides: Partial<ProbePorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { limits } = config;
  const fromJetStream = await bindAdapters(
    () => openJetStream(config, context),
    {
      outcomeEvents: ({ client }) => new JetStreamOutcomeEvents(client),
      alertQuarantine: ({ client }) => new JetStreamAlertQuarantine(client),
      storePresence: ({ manager }) => new JetStreamStorePresence(manager),
      attemptJournal: ({ attempts }) => teardown.use(new JetStreamAttemptJournal(attempts)),
      consumeAlerts:
        ({ connection }) =>
        (processAlert: ProcessAlert) =>
          startAlertConsumer({
            connection,
            concurrency: config.alertsInFlight,
            prefetch: PREFETCH,
            ackWaitMs: limits.timeoutMs + ACK_WAIT_SLACK_MS,
            processAlert,
            shutdownGraceMs: config.shutdownGraceMs,
            logger,
            metrics,
          }),
    },
    overrides,
  );
  const fromStore = await bindAdapters(
    async () => openStoreTransport(config, context),
    {
      alertDirectory: transport => new GrpcAlertDirectory(transport),
      outcomeStore: transport => new GrpcOutcomeStore({ transport, patienceMs: STORE_PATIENCE_MS }),
      retryReports: transport => new GrpcRetryReports(transport, logger),
    },
    overrides,
  );

  // Alerts wait for room, and so do posters, which wait for one another anyway. Other callers are refused.
  const largeHeaders = new Slots(config.largeHeaders);
  const waiting: MemoryLimits = { smallBytes: SMALL_HEADER_BYTES, roomForLarge: largeHeaders };
  const refusing: MemoryLimits = {
    smallBytes: SMALL_HEADER_BYTES,
    roomForLarge: { take: async () => takeOrRefuse(largeHeaders, 'videos with large headers') },
  };
  // Taken out here, so that what they own is disposed of after those who use it.
  const { probeVideoOfCall, probeChunks, makePoster, makeAlertPoster, processAlert, consumeAlerts } = bindParts<Parts>(
    {
      ...fromJetStream,
      ...fromStore,
      videoSource: () => teardown.use(createVideoSource(config, metrics)),
      headerProbe: () => createHeaderProbe(config.probeBackend),
      probeIsolation: () => teardown.use(createProbeIsolation(config, metrics)),
      posterMaker: () => new LibavPosterMaker(),

      probeVideo: parts => createProbeVideo(parts.videoSource, parts.headerProbe, limits, waiting),
      probeVideoIsolated: parts => createProbeVideoIsolated(parts.videoSource, parts.probeIsolation, limits, waiting),
      probeVideoOfCall: parts => createProbeVideo(parts.videoSource, parts.headerProbe, limits, refusing),
      probeChunks: parts => createProbeChunks(parts.headerProbe, limits, refusing),
      makePoster: parts => createMakePoster(parts.videoSource, parts.posterMaker, limits, waiting),
      makeAlertPoster: parts => createMakeAlertPoster(parts.alertDirectory, parts.makePoster, config.tenantVideos),
      admissionQueue: ({ storePresence: presence }) => {
        const { concurrentTasks: slots, alertsInFlight: capacity } = config;
        const startWatch = () => processClock.startWatch();
        const queue = new AdmissionQueue({ slots, capacity, presence, startWatch });
        exposeAdmission(metrics, queue);
        return queue;
      },
      processAlert: parts => {
        const processAlert = createProcessAlert({
          admissionQueue: parts.admissionQueue,
          attemptJournal: parts.attemptJournal,
          tenantVideos: config.tenantVideos,
          probeVideo: parts.probeVideo,
          probeVideoIsolated: parts.probeVideoIsolated,
          store: parts.outcomeStore,
          publishOutcome: createPublishOutcome(parts.outcomeEvents, parts.alertQuarantine),
          policy: config.failurePolicy,
        });
        return reportRetries(processAlert, parts.retryReports);
      },
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
    interceptors: [validateRequests([VideoService])],
    shutdownGraceMs: config.shutdownGraceMs,
    limits: config.serverLimits,
  });
  const videoService = createVideoService({
    probeVideo: probeVideoOfCall,
    probeChunks,
    tenantVideos: config.tenantVideos,
    calls: new Slots(config.callsInFlight),
    makePoster,
    makeAlertPoster,
    metrics: createPosterMetrics(metrics),
    logger,
  });
  // A poster may be asked for by the uid of an alert.
  server.add(VideoService, videoService, { probeVideo: [], probeStream: [], getPoster: ['store'] });
  // Stopped side by side: each may take the whole grace period.
  const takers: AsyncDisposable[] = [server];
  teardown.defer(async () => {
    await Promise.all(takers.map(taker => taker[Symbol.asyncDispose]()));
  });
  const port = await server.listen(config.host, config.port);
  takers.push(await consumeAlerts(processAlert));
  return port;
}

interface JetStream {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly attempts: AttemptsStream;
}

async function openJetStream(config: Config, context: ServiceContext): Promise<JetStream> {
  const { logger, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  const manager = await openStreams(connection, config.streamLimits, context);
  const client = jetstream(connection);
  const { replicas } = config.streamLimits;
  const attempts = new AttemptsStream({ client, manager, replicas, logger });
  await awaitJetStream(() => attempts.ensure(), logger);
  return { connection, client, manager, attempts };
}

function openStoreTransport(config: Config, { health, teardown, tls }: ServiceContext): ChannelTransport {
  const transport = teardown.use(
    new ChannelTransport({
      address: config.storeAddress,
      services: [AlertService, OutcomeService],
      defaultTimeoutMs: STORE_CALL_TIMEOUT_MS,
      interceptors: [asService(config.serviceSecret)],
      tls,
    }),
  );
  health.addCheck('store', createUpstreamCheck(transport));
  return transport;
}

function createVideoSource(config: Config, metrics: ServiceContext['metrics']): HttpMediaSource {
  return new HttpMediaSource({
    url: config.videoOrigin,
    maxConnections: config.concurrentTasks + SPARE_CONNECTIONS,
    readTimeoutMs: config.videoReadTimeoutMs,
    metrics: createHttpMetrics(metrics),
  });
}

function createProbeIsolation({ probeChild }: Config, metrics: ServiceContext['metrics']): ChildProcessIsolation {
  return new ChildProcessIsolation({
    main: [ISOLATED_MAIN],
    ...probeChild,
    maxChildren: MAX_PROBE_CHILDREN,
    metrics: createIsolationMetrics(metrics),
  });
}

import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { jetstream } from '@nats-io/jetstream';
import { openStreams } from '@vigie/alert/streams';
import { HttpMediaSource } from '@vigie/media-source/http';
import { ProbeService } from '@vigie/proto/vigie/probe/v1/probe_service_pb.ts';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { ChannelTransport, GrpcServer } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { closeNats, connectNats } from '@vigie/service-kit/nats';
import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import { IsolatedHeaderProbe } from './adapters/child-process/isolated-header-probe.ts';
import { createIsolationMetrics } from './adapters/child-process/isolation-metrics.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { GrpcAlertDirectory } from './adapters/grpc/grpc-alert-directory.ts';
import { GrpcOutcomeStore } from './adapters/grpc/grpc-outcome-store.ts';
import { createPosterMetrics } from './adapters/grpc/poster-metrics.ts';
import { createProbeService } from './adapters/grpc/probe-service.ts';
import { createStoreReadiness } from './adapters/grpc/store-readiness.ts';
import { createHttpMetrics } from './adapters/http/http-metrics.ts';
import { startAlertConsumer } from './adapters/jetstream/alert-consumer.ts';
import { JetStreamAlertQuarantine } from './adapters/jetstream/jetstream-alert-quarantine.ts';
import { JetStreamOutcomeEvents } from './adapters/jetstream/jetstream-outcome-events.ts';
import { LibavPosterMaker } from './adapters/libav/libav-poster-maker.ts';
import { AdmissionQueue } from './application/admission-queue.ts';
import { createMakeAlertPoster } from './application/make-alert-poster.ts';
import { createMakePoster } from './application/make-poster.ts';
import { createProbeChunks } from './application/probe-chunks.ts';
import { createProbeVideo } from './application/probe-video.ts';
import { createProcessAlert } from './application/process-alert.ts';
import { createPublishOutcome } from './application/publish-outcome.ts';
import type { Config } from './config.ts';
import { createHeaderProbe } from './header-probe-backend.ts';
import { service } from './service.ts';
import { tokens } from './tokens.ts';

/** For ProbeVideo calls, which come on top of the alerts in flight. */
const SPARE_CONNECTIONS = 32;
const STORE_CALL_TIMEOUT_MS = 5_000;
/** If the store has the alert's row by then, or is repaired, no other delivery is needed. */
const STORE_PATIENCE_MS = 20_000;
/** For what is pulled ahead no progress is reported to JetStream: it may wait as long as a probe, and a little more. */
const ACK_WAIT_SLACK_MS = 5_000;

const ISOLATED_MAIN = fileURLToPath(new URL('./isolated-main.ts', import.meta.url));
/** One that hangs doesn't delay the other alerts that are redelivered. */
const MAX_PROBE_CHILDREN = 2;

export async function startProbe(config: Config, context: ServiceContext): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  await openStreams(connection, config.streamLimits, context);
  const storeTransport = teardown.use(
    new ChannelTransport({
      address: config.storeAddress,
      services: [AlertStoreService],
      defaultTimeoutMs: STORE_CALL_TIMEOUT_MS,
    }),
  );
  health.addCheck('store', createStoreReadiness(storeTransport));
  const videoSource = teardown.use(
    new HttpMediaSource({
      url: config.videoOrigin,
      maxConnections: config.concurrentTasks + SPARE_CONNECTIONS,
      readTimeoutMs: config.videoReadTimeoutMs,
      metrics: createHttpMetrics(metrics),
    }),
  );
  const isolatedHeaderProbe = teardown.use(
    new IsolatedHeaderProbe({
      main: [ISOLATED_MAIN],
      ...config.probeChild,
      maxChildren: MAX_PROBE_CHILDREN,
      metrics: createIsolationMetrics(metrics),
    }),
  );

  const services = container.createChildContainer();
  services.register(tokens.natsConnection, { useValue: connection });
  services.register(tokens.storeTransport, { useValue: storeTransport });
  services.register(tokens.videoSource, { useValue: videoSource });
  services.register(tokens.isolatedHeaderProbe, { useValue: isolatedHeaderProbe });
  bindAdapters(services, config);
  bindUseCases(services, config);

  const server = new GrpcServer({ logger, metrics, health, translateError, shutdownGraceMs: config.shutdownGraceMs });
  const probeService = createProbeService({
    probeVideo: services.resolve(tokens.probeVideo),
    probeChunks: services.resolve(tokens.probeChunks),
    makePoster: services.resolve(tokens.makePoster),
    makeAlertPoster: services.resolve(tokens.makeAlertPoster),
    metrics: createPosterMetrics(metrics),
    logger,
  });
  server.add(ProbeService, probeService);
  // Stopped side by side: each may take the whole grace period.
  const takers: AsyncDisposable[] = [server];
  teardown.defer(async () => {
    await Promise.all(takers.map(taker => taker[Symbol.asyncDispose]()));
  });
  await server.listen(config.host, config.port);
  const alerts = await startAlertConsumer({
    connection,
    concurrency: config.alertsInFlight,
    prefetch: config.concurrentTasks,
    ackWaitMs: config.limits.timeoutMs + ACK_WAIT_SLACK_MS,
    processAlert: services.resolve(tokens.processAlert),
    shutdownGraceMs: config.shutdownGraceMs,
    logger,
    metrics,
  });
  takers.push(alerts);
}

function bindAdapters(services: DependencyContainer, { probeBackend }: Config): void {
  services.register(tokens.jetStream, {
    useFactory: instanceCachingFactory(c => jetstream(c.resolve(tokens.natsConnection))),
  });
  services.register(tokens.headerProbe, { useFactory: instanceCachingFactory(() => createHeaderProbe(probeBackend)) });
  services.register(tokens.posterMaker, { useFactory: instanceCachingFactory(() => new LibavPosterMaker()) });
  services.register(tokens.alertDirectory, {
    useFactory: instanceCachingFactory(c => new GrpcAlertDirectory(c.resolve(tokens.storeTransport))),
  });
  services.register(tokens.outcomeStore, {
    useFactory: instanceCachingFactory(
      c => new GrpcOutcomeStore({ transport: c.resolve(tokens.storeTransport), patienceMs: STORE_PATIENCE_MS }),
    ),
  });
  services.register(tokens.outcomeEvents, {
    useFactory: instanceCachingFactory(c => new JetStreamOutcomeEvents(c.resolve(tokens.jetStream))),
  });
  services.register(tokens.alertQuarantine, {
    useFactory: instanceCachingFactory(c => new JetStreamAlertQuarantine(c.resolve(tokens.jetStream))),
  });
}

function bindUseCases(
  services: DependencyContainer,
  { limits, failurePolicy, concurrentTasks, alertsInFlight }: Config,
): void {
  services.register(tokens.probeVideo, {
    useFactory: instanceCachingFactory(c =>
      createProbeVideo(c.resolve(tokens.videoSource), c.resolve(tokens.headerProbe), limits),
    ),
  });
  services.register(tokens.probeVideoIsolated, {
    useFactory: instanceCachingFactory(c =>
      createProbeVideo(c.resolve(tokens.videoSource), c.resolve(tokens.isolatedHeaderProbe), limits),
    ),
  });
  services.register(tokens.probeChunks, {
    useFactory: instanceCachingFactory(c => createProbeChunks(c.resolve(tokens.headerProbe), limits)),
  });
  services.register(tokens.makePoster, {
    useFactory: instanceCachingFactory(c =>
      createMakePoster(c.resolve(tokens.videoSource), c.resolve(tokens.posterMaker), limits),
    ),
  });
  services.register(tokens.makeAlertPoster, {
    useFactory: instanceCachingFactory(c =>
      createMakeAlertPoster(c.resolve(tokens.alertDirectory), c.resolve(tokens.makePoster)),
    ),
  });
  services.register(tokens.processAlert, {
    useFactory: instanceCachingFactory(c =>
      createProcessAlert({
        admissionQueue: new AdmissionQueue({ slots: concurrentTasks, capacity: alertsInFlight }),
        probeVideo: c.resolve(tokens.probeVideo),
        probeVideoIsolated: c.resolve(tokens.probeVideoIsolated),
        store: c.resolve(tokens.outcomeStore),
        publishOutcome: createPublishOutcome(c.resolve(tokens.outcomeEvents), c.resolve(tokens.alertQuarantine)),
        policy: failurePolicy,
      }),
    ),
  });
}

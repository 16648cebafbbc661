import 'reflect-metadata';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { awaitJetStream, closeNats, connectNats } from '@vigie/service-kit/nats';
import { container, instanceCachingFactory } from 'tsyringe';
import { JetStreamStreams } from './adapters/jetstream/jetstream-streams.ts';
import { createRetentionMetrics } from './adapters/telemetry/retention-metrics.ts';
import { TelemetryStreamReports } from './adapters/telemetry/telemetry-stream-reports.ts';
import { createKeepStream } from './application/keep-stream.ts';
import { createKeepStreams } from './application/keep-streams.ts';
import { Rounds } from './application/rounds.ts';
import type { Config } from './config.ts';
import { service } from './service.ts';
import { tokens } from './tokens.ts';

export async function startRetention(config: Config, context: ServiceContext): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  const streams = await awaitJetStream(() => JetStreamStreams.open(connection, config.streamLimits), logger);
  await awaitJetStream(() => streams.bringUpToDate(), logger);

  const retentionMetrics = createRetentionMetrics(metrics);
  const services = container.createChildContainer();
  services.register(tokens.streams, { useValue: streams });
  services.register(tokens.streamReports, {
    useFactory: instanceCachingFactory(() => new TelemetryStreamReports(logger, retentionMetrics)),
  });
  services.register(tokens.keepStream, {
    useFactory: instanceCachingFactory(c =>
      createKeepStream({
        streams: c.resolve(tokens.streams),
        reports: c.resolve(tokens.streamReports),
        replayWindowMs: config.replayWindowMs,
      }),
    ),
  });
  services.register(tokens.keepStreams, {
    useFactory: instanceCachingFactory(c => createKeepStreams(c.resolve(tokens.streams), c.resolve(tokens.keepStream))),
  });

  let fault: string | undefined;
  health.addCheck('streams', () => fault);
  teardown.use(
    new Rounds({
      round: services.resolve(tokens.keepStreams),
      intervalMs: config.intervalMs,
      shutdownGraceMs: config.shutdownGraceMs,
      onEnd: error => {
        retentionMetrics.countRound(error === undefined ? 'done' : 'failed');
        if (error !== undefined && error.message !== fault) logger.error({ err: error }, 'streams not kept');
        fault = error?.message;
      },
    }),
  );
}

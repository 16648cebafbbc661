import { PassLoop } from '@vigie/service-kit/async';
import { bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { awaitJetStream, closeNats, connectNats } from '@vigie/service-kit/nats';
import { JetStreamStreams } from './adapters/jetstream/jetstream-streams.ts';
import { createRetentionMetrics } from './adapters/telemetry/retention-metrics.ts';
import { TelemetryStreamReports } from './adapters/telemetry/telemetry-stream-reports.ts';
import { createRetentionPass, type RetentionPass } from './application/retention-pass.ts';
import { createTrimStream, type TrimStream } from './application/trim-stream.ts';
import type { Config } from './config.ts';
import type { StreamReports } from './ports/stream-reports.ts';
import type { Streams } from './ports/streams.ts';
import { service } from './service.ts';

export interface RetentionPorts {
  readonly streams: Streams;
  readonly streamReports: StreamReports;
}

interface Parts extends RetentionPorts {
  readonly trimStream: TrimStream;
  readonly pass: RetentionPass;
}

/** @param overrides ports to use instead of the real ones; without `streams`, no connection to NATS is made */
export async function startRetention(
  config: Config,
  context: ServiceContext,
  overrides: Partial<RetentionPorts> = {},
): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const { replayWindowMs, awaitedConsumers } = config;
  const streams = overrides.streams ?? (await openStreams(config, context));
  await awaitJetStream(() => streams.bringUpToDate(), logger);

  const retentionMetrics = createRetentionMetrics(metrics);
  const { pass } = bindParts<Parts>(
    {
      streams: () => streams,
      streamReports: () => new TelemetryStreamReports(logger, retentionMetrics),
      trimStream: ({ streams, streamReports: reports }) =>
        createTrimStream({ streams, reports, replayWindowMs, awaitedConsumers }),
      pass: ({ streams, trimStream }) => createRetentionPass(streams, Object.keys(awaitedConsumers), trimStream),
    },
    overrides,
  );

  let failure: string | undefined;
  health.addCheck('streams', () => failure);
  teardown.use(
    new PassLoop({
      pass,
      intervalMs: config.intervalMs,
      shutdownGraceMs: config.shutdownGraceMs,
      onEnd: error => {
        retentionMetrics.countPass(error === undefined ? 'done' : 'failed');
        if (error !== undefined && error.message !== failure) logger.error({ err: error }, 'retention pass failed');
        failure = error?.message;
      },
    }),
  );
}

async function openStreams(config: Config, { logger, health, teardown }: ServiceContext): Promise<Streams> {
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  return await awaitJetStream(() => JetStreamStreams.open(connection, config.streamLimits, logger), logger);
}

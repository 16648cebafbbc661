import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../telemetry/logger.ts';
import { ensureStreams, type StreamLimits } from './streams.ts';

/** The streams as a service needs them: all there. Settings that differ are named, and left to the keeper. */
export async function openStreams(
  connection: NatsConnection,
  limits: StreamLimits,
  logger: Logger,
): Promise<JetStreamManager> {
  const manager = await jetstreamManager(connection);
  const different = await ensureStreams(manager, limits);
  if (different.length > 0) {
    logger.warn(
      { streams: different, ...limits },
      'streams have other settings than STREAM_MAX_BYTES, STREAM_REPLICAS and this version say; the keeper sets them',
    );
  }
  return manager;
}

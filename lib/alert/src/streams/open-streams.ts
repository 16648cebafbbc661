import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { awaitJetStream, findQuorumProblem } from '@vigie/service-kit/nats';
import type { Health, Logger } from '@vigie/service-kit/telemetry';
import { ensureStreams, type StreamLimits, type StreamName } from './streams.ts';

/** The streams have their replicas on the same servers; the one that alerts are accepted on speaks for all. */
const STREAM: StreamName = 'ALERTS';

interface Observers {
  readonly logger: Logger;
  readonly health: Health;
}

/**
 * The streams as a service needs them: all there, as soon as JetStream is. Settings that differ are named, and left to
 * retention-svc. Readiness shows whether they can be written: a cluster without a majority keeps its connections.
 */
export async function openStreams(
  connection: NatsConnection,
  limits: StreamLimits,
  { logger, health }: Observers,
): Promise<JetStreamManager> {
  const manager = await awaitJetStream(() => jetstreamManager(connection), logger);
  const different = await awaitJetStream(() => ensureStreams(manager, limits), logger);
  if (different.length > 0) {
    logger.warn(
      { streams: different, ...limits },
      'streams have other settings than STREAM_MAX_BYTES, STREAM_REPLICAS and this version say; retention-svc sets them',
    );
  }
  health.addCheck('streams', async () => {
    const problem = findQuorumProblem((await manager.streams.info(STREAM)).cluster);
    return problem && `${STREAM} ${problem}`;
  });
  return manager;
}

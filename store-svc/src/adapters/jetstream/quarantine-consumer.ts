import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ConsumerMetrics } from '@vigie/mesh/jetstream/consumer-metrics.ts';
import { MessageConsumer, type Verdict } from '@vigie/mesh/jetstream/message-consumer.ts';
import { readQuarantinedMessage } from '@vigie/mesh/jetstream/quarantine.ts';
import type { Logger } from '@vigie/mesh/telemetry/logger.ts';
import type { KeepQuarantined } from '../../application/keep-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { AlertStoreError } from '../../ports/alert-store.ts';

export interface QuarantineConsumerParts {
  readonly connection: NatsConnection;
  readonly keepQuarantined: KeepQuarantined;
  readonly shutdownGraceMs: number;
  readonly logger: Logger;
  readonly consumerMetrics: ConsumerMetrics;
}

const CONCURRENCY = 500;
const ACK_WAIT_MS = 10_000;
const STORE_RETRY_MS = 1_000;

/** Keeps what arrives on `alerts.quarantined.*`, so that it can be listed, redriven and discarded. */
export function startQuarantineConsumer(parts: QuarantineConsumerParts): Promise<MessageConsumer> {
  const { connection, keepQuarantined, shutdownGraceMs, logger, consumerMetrics } = parts;

  async function handle(message: JsMsg): Promise<Verdict> {
    try {
      await keepQuarantined(readQuarantined(message));
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof AlertStoreError) return { kind: 'retry', delayMs: STORE_RETRY_MS };
      throw error;
    }
  }

  return MessageConsumer.start({
    connection,
    stream: 'QUARANTINE',
    durable: 'quarantine',
    concurrency: CONCURRENCY,
    ackWaitMs: ACK_WAIT_MS,
    shutdownGraceMs,
    handle,
    logger,
    metrics: consumerMetrics,
  });
}

function readQuarantined(message: JsMsg): QuarantinedAlert {
  const { original, ...quarantined } = readQuarantinedMessage(message);
  const { subject, payload, streamSequence: sequence, receivedAt, redrives } = original;
  return { ...quarantined, state: 'HELD', settledAt: null, subject, payload, sequence, receivedAt, redrives };
}

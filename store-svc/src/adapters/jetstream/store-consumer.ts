import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ConsumerMetrics } from '@vigie/mesh/jetstream/consumer-metrics.ts';
import { MessageConsumer } from '@vigie/mesh/jetstream/message-consumer.ts';
import type { StreamName } from '@vigie/mesh/jetstream/streams.ts';
import type { Logger } from '@vigie/mesh/telemetry/logger.ts';
import { AlertStoreError } from '../../ports/alert-store.ts';

/** What every consumer of this service is made of. */
export interface StoreConsumerParts {
  readonly connection: NatsConnection;
  readonly shutdownGraceMs: number;
  readonly logger: Logger;
  readonly consumerMetrics: ConsumerMetrics;
}

export interface StoreConsumerWork {
  readonly stream: StreamName;
  readonly durable: string;
  /** Two full batches: one that is being written, and one that gathers meanwhile. */
  readonly concurrency: number;
  /** Resolves once the message is done with. */
  readonly record: (message: JsMsg) => Promise<void>;
}

const ACK_WAIT_MS = 10_000;
const STORE_RETRY_MS = 1_000;

/** Records the messages of a stream; those that come while the store is away come again. */
export function startStoreConsumer(parts: StoreConsumerParts, work: StoreConsumerWork): Promise<MessageConsumer> {
  const { consumerMetrics, ...common } = parts;
  const { record, ...consumer } = work;
  return MessageConsumer.start({
    ...common,
    ...consumer,
    ackWaitMs: ACK_WAIT_MS,
    metrics: consumerMetrics,
    async handle(message) {
      try {
        await record(message);
        return { kind: 'done' };
      } catch (error) {
        // Logged once for the whole batch.
        if (error instanceof AlertStoreError) return { kind: 'retry', delayMs: STORE_RETRY_MS };
        throw error;
      }
    },
  });
}

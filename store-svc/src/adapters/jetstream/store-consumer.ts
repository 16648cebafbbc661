import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamName } from '@vigie/alert/streams';
import type { ConsumerMetrics } from '@vigie/service-kit/nats';
import { MessageConsumer } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import { AlertStoreError } from '../../ports/alert-store.ts';

/** How long a message may fail of what trying again doesn't mend. */
export interface FailurePatience {
  /** So many deliveries of it, those aside that failed because the store was away. */
  readonly failures: number;
  /** The pauses in between grow to this. */
  readonly maxDelayMs: number;
}

/** About a quarter of an hour. */
const DEFAULT_PATIENCE: FailurePatience = { failures: 20, maxDelayMs: 60_000 };

/** What every consumer of this service is made of. */
export interface StoreConsumerParts {
  readonly patience?: FailurePatience;
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
  /** Keeps a message elsewhere that can't be recorded, so that it holds nothing up and isn't lost. */
  readonly setAside: (message: JsMsg, error: unknown) => Promise<void>;
}

const ACK_WAIT_MS = 10_000;
const STORE_RETRY_MS = 1_000;

/**
 * Records the messages of a stream. Those that come while the store is away come again for as long as that lasts; one that
 * fails again and again of anything else is set aside.
 */
export function startStoreConsumer(parts: StoreConsumerParts, work: StoreConsumerWork): Promise<MessageConsumer> {
  const { consumerMetrics, patience = DEFAULT_PATIENCE, ...common } = parts;
  const { record, setAside, ...consumer } = work;
  // By position. JetStream's own count holds those of outages too: the first failure behind one would be the last.
  const failures = new Map<number, number>();

  async function recordOrSetAside(message: JsMsg): Promise<void> {
    try {
      await record(message);
    } catch (error) {
      if (error instanceof AlertStoreError) throw error;
      const count = (failures.get(message.seq) ?? 0) + 1;
      failures.set(message.seq, count);
      if (count < patience.failures) throw error;
      await setAside(message, error);
    }
    failures.delete(message.seq);
  }

  return MessageConsumer.start({
    ...common,
    ...consumer,
    ackWaitMs: ACK_WAIT_MS,
    maxRecoveryDelayMs: patience.maxDelayMs,
    metrics: consumerMetrics,
    async handle(message) {
      try {
        await recordOrSetAside(message);
        return { kind: 'done' };
      } catch (error) {
        // Logged once for the whole batch.
        if (error instanceof AlertStoreError) return { kind: 'retry', delayMs: STORE_RETRY_MS };
        throw error;
      }
    },
  });
}

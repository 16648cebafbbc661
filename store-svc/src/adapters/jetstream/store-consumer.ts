import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamName } from '@vigie/alert/streams';
import type { ConsumerMetrics } from '@vigie/service-kit/nats';
import { MessageConsumer } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { Redelivery } from '../../application/complete-delivery.ts';

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
  /** Resolves once the message has reached its end, or is to be delivered again. */
  readonly complete: (message: JsMsg, signal: AbortSignal) => Promise<Redelivery | { readonly kind: string }>;
}

const ACK_WAIT_MS = 10_000;

/** Hands the messages of a stream to a use case, and acknowledges them or has them delivered again as that decides. */
export function startStoreConsumer(parts: StoreConsumerParts, work: StoreConsumerWork): Promise<MessageConsumer> {
  const { consumerMetrics, ...common } = parts;
  const { complete, ...consumer } = work;
  return MessageConsumer.start({
    ...common,
    ...consumer,
    ackWaitMs: ACK_WAIT_MS,
    metrics: consumerMetrics,
    async handle(message, signal) {
      const completed = await complete(message, signal);
      if (!isRedelivery(completed)) return { kind: 'done' };
      const { delayMs, error, isOutage } = completed;
      const { subject, seq, info } = message;
      // An outage of the store is logged once for a whole batch.
      common.logger[isOutage ? 'debug' : 'error'](
        { err: error, subject, streamSequence: seq, attempts: info.deliveryCount, delayMs },
        'message is delivered again',
      );
      return { kind: 'retry', delayMs };
    },
  });
}

function isRedelivery(completed: { readonly kind: string }): completed is Redelivery {
  return completed.kind === 'redeliver';
}

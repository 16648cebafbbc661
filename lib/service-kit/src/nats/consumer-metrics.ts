import type { ConsumerInfo } from '@nats-io/jetstream';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What the metrics read of a consumer of this process. */
export interface MeasuredConsumer {
  /** The durable's name. */
  readonly consumer: string;
  /** Messages in flight now. */
  readonly inFlight: () => number;
  readonly info: () => Promise<Pick<ConsumerInfo, 'num_pending' | 'num_ack_pending'>>;
}

export interface ConsumerCounts {
  count(decision: { readonly kind: 'done' | 'retry' }, redelivered: boolean): void;
}

export interface ConsumerMetrics {
  of(measured: MeasuredConsumer): ConsumerCounts;
}

/** The metrics of all consumers of a process. */
export function createConsumerMetrics(registry: Registry): ConsumerMetrics {
  const registers = [registry];
  const measured: MeasuredConsumer[] = [];
  const messages = new Counter({
    name: 'jetstream_messages_total',
    help: 'Messages by ack decision: done, or retry (delivered again later).',
    labelNames: ['consumer', 'decision'],
    registers,
  });
  const redelivered = new Counter({
    name: 'jetstream_redelivered_total',
    help: 'Messages that had been delivered before.',
    labelNames: ['consumer'],
    registers,
  });
  new Gauge({
    name: 'jetstream_in_flight',
    help: 'Messages that this process has in flight.',
    labelNames: ['consumer'],
    registers,
    collect() {
      for (const { consumer, inFlight } of measured) this.set({ consumer }, inFlight());
    },
  });
  new Gauge({
    name: 'jetstream_consumer_lag',
    help: 'Messages of the stream that the consumer has not finished: pending delivery and pending ack.',
    labelNames: ['consumer', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const { consumer, info } of measured) {
        const lag = await info().catch(() => undefined);
        if (lag === undefined) continue;
        this.set({ consumer, state: 'pending' }, lag.num_pending);
        this.set({ consumer, state: 'ack_pending' }, lag.num_ack_pending);
      }
    },
  });
  return {
    of(consumer) {
      measured.push(consumer);
      const labels = { consumer: consumer.consumer };
      return {
        count(decision, again) {
          messages.inc({ ...labels, decision: decision.kind });
          if (again) redelivered.inc(labels);
        },
      };
    },
  };
}

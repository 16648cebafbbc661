import type { ConsumerInfo } from '@nats-io/jetstream';
import { Counter, Gauge, type Registry } from 'prom-client';

/** A consumer of this process as its metrics know it. */
export interface MeasuredConsumer {
  /** The name of the durable. */
  readonly consumer: string;
  /** Messages in hand now. */
  readonly inHand: () => number;
  readonly info: () => Promise<Pick<ConsumerInfo, 'num_pending' | 'num_ack_pending'>>;
}

export interface ConsumerCounts {
  count(verdict: { readonly kind: 'done' | 'retry' }, redelivered: boolean): void;
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
    help: 'Messages by verdict: done, or retry (delivered again later).',
    labelNames: ['consumer', 'verdict'],
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
    help: 'Messages in hand of this process.',
    labelNames: ['consumer'],
    registers,
    collect() {
      for (const { consumer, inHand } of measured) this.set({ consumer }, inHand());
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
        count(verdict, again) {
          messages.inc({ ...labels, verdict: verdict.kind });
          if (again) redelivered.inc(labels);
        },
      };
    },
  };
}

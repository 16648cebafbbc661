import { Counter, Gauge, type Registry } from 'prom-client';
import { fillRatio } from '../../domain/stream-state.ts';
import type { StreamReport } from '../../ports/stream-reports.ts';

export interface RetentionMetrics {
  update(report: StreamReport): void;
  countPass(result: 'done' | 'failed'): void;
}

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const common = { labelNames: ['stream'], registers: [registry] };
  const passes = new Counter({
    name: 'vigie_retention_passes_total',
    help: 'Passes over all streams; a failed one left at least one stream untrimmed.',
    labelNames: ['result'],
    registers: [registry],
  });
  const trimmedMessages = new Counter({
    ...common,
    name: 'vigie_retention_trimmed_messages_total',
    help: 'Messages that all consumers had finished and that were older than the replay window.',
  });
  const trimmedBytes = new Counter({
    ...common,
    name: 'vigie_retention_trimmed_bytes_total',
    help: 'Bytes of the messages that were trimmed, by the mean size of a message of the stream.',
  });
  const oldestAge = new Gauge({
    ...common,
    name: 'vigie_retention_oldest_age_seconds',
    help: 'Age of the oldest message that a stream keeps; 0 if it keeps none.',
  });
  const fill = new Gauge({
    ...common,
    name: 'vigie_retention_fill_ratio',
    help: 'Bytes of a stream before the trim, as a share of STREAM_MAX_BYTES; at 1 it refuses messages.',
  });
  return {
    countPass: result => passes.inc({ result }),
    update({ state, trimmedMessages: messages, oldestKept }) {
      const labels = { stream: state.name };
      trimmedMessages.inc(labels, messages);
      trimmedBytes.inc(labels, messages === 0 ? 0 : Math.round((state.bytes / state.messages) * messages));
      const ageMs = oldestKept === undefined ? 0 : state.serverTime.getTime() - oldestKept.getTime();
      // The oldest message may have come in after the time was read.
      oldestAge.set(labels, Math.max(0, ageMs) / 1_000);
      fill.set(labels, fillRatio(state));
    },
  };
}

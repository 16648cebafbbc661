import { Counter, Gauge, type Registry } from 'prom-client';
import { fillRatio } from '../../domain/stream-state.ts';
import type { StreamReport } from '../../ports/stream-reports.ts';

export interface RetentionMetrics {
  update(report: StreamReport): void;
  countRound(result: 'done' | 'failed'): void;
}

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const common = { labelNames: ['stream'], registers: [registry] };
  const rounds = new Counter({
    name: 'vigie_retention_rounds_total',
    help: 'Rounds over all streams; one that failed has left at least one of them as it was.',
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
    help: 'Bytes of a stream before the trim, of STREAM_MAX_BYTES; at 1 it refuses.',
  });
  return {
    countRound: result => rounds.inc({ result }),
    update({ state, trimmedMessages: messages, oldestKept }) {
      const labels = { stream: state.name };
      trimmedMessages.inc(labels, messages);
      trimmedBytes.inc(labels, messages === 0 ? 0 : Math.round((state.bytes / state.messages) * messages));
      const ageMs = oldestKept === undefined ? 0 : state.serverTime.getTime() - oldestKept.getTime();
      // A message that came in after the time was read.
      oldestAge.set(labels, Math.max(0, ageMs) / 1_000);
      fill.set(labels, fillRatio(state));
    },
  };
}

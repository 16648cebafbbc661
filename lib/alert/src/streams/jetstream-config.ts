import type { EnvReader } from '@vigie/service-kit/env';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { DEFAULT_DUPLICATE_WINDOW_MS, type StreamLimits } from './streams.ts';

export interface JetStreamConfig {
  /** As `readNatsUrl` takes it. */
  readonly natsUrl: string;
  readonly streamLimits: StreamLimits;
}

/** Reads `NATS_URL`, `STREAM_MAX_BYTES`, `STREAM_REPLICAS` and `DUPLICATE_WINDOW_MS`. */
export function readJetStreamConfig(env: EnvReader): JetStreamConfig {
  return {
    natsUrl: env.checked('NATS_URL', readNatsUrl, 'nats://127.0.0.1:4222'),
    streamLimits: {
      maxBytes: env.integer('STREAM_MAX_BYTES', 2 * 1024 ** 3, { min: 1024, max: Number.MAX_SAFE_INTEGER }),
      replicas: env.integer('STREAM_REPLICAS', 1, { min: 1, max: 5 }),
      // From the least that JetStream takes to a day.
      duplicateWindowMs: env.integer('DUPLICATE_WINDOW_MS', DEFAULT_DUPLICATE_WINDOW_MS, { min: 100, max: 86_400_000 }),
    },
  };
}

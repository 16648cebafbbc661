import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import type { Backoff } from '../async/backoff.ts';
import { retry } from '../async/retry.ts';
import type { Logger } from '../telemetry/logger.ts';

const BACKOFF: Backoff = { baseMs: 500, maxMs: 500 };

/** JetStream's status while a stream or consumer has no leader, or no majority. */
const UNAVAILABLE = 503;

/**
 * Repeats what a starting service asks of JetStream while the cluster elects its leader or has too few servers.
 */
export function awaitJetStream<T>(ask: () => Promise<T>, logger: Logger): Promise<T> {
  return retry(ask, {
    backoff: BACKOFF,
    isRetryable: willPass,
    onRetry: ({ error, attempt }) => {
      if (attempt === 1) logger.warn({ err: error }, 'JetStream is not available, waiting for it');
    },
  });
}

function willPass(error: unknown): boolean {
  return error instanceof errors.TimeoutError || (error instanceof JetStreamApiError && error.status === UNAVAILABLE);
}

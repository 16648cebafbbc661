import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import type { Backoff } from '../async/backoff.ts';
import { retry } from '../async/retry.ts';
import type { Logger } from '../telemetry/logger.ts';

const BACKOFF: Backoff = { baseMs: 500, maxMs: 500 };

/** JetStream's status while a stream or consumer has no leader, or no majority. */
const UNAVAILABLE = 503;

/**
 * What a start asks of JetStream, asked again for as long as a cluster that is electing its leader or short of servers
 * takes.
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

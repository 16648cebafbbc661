import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import type { Logger } from '../telemetry/logger.ts';

const RETRY_MS = 500;

/** JetStream's status for what passes: no leader, no majority. */
const UNAVAILABLE = 503;

/** What a start asks of JetStream, asked again for as long as a cluster that is electing its leader or short of servers takes. */
export async function awaitJetStream<T>(ask: () => Promise<T>, logger: Logger): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!willPass(error)) throw error;
      if (tries === 1) logger.warn({ err: error }, 'JetStream is not available, waiting for it');
      await delay(RETRY_MS);
    }
  }
}

function willPass(error: unknown): boolean {
  return error instanceof errors.TimeoutError || (error instanceof JetStreamApiError && error.status === UNAVAILABLE);
}

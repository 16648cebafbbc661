import type { NatsConnection } from '@nats-io/transport-node';
import { poll } from '@vigie/service-kit/async';
import { readConsumers } from './checker/read-findings.ts';

const POLL_MS = 500;
/** A consumer's numbers may be of a moment ago: it counts as done once they have said so for a while. */
const QUIET_POLLS = 4;

/**
 * Resolves once no consumer has anything left to do, or after `timeoutMs`.
 *
 * @returns how long that took
 */
export async function waitUntilIdle(operator: NatsConnection, timeoutMs: number): Promise<number> {
  const startedAt = performance.now();
  let quiet = 0;
  await poll(
    async () => {
      const consumers = await readConsumers(operator).catch(() => undefined);
      const isDone = consumers?.every(({ pending, ackPending }) => pending + ackPending === 0) ?? false;
      quiet = isDone ? quiet + 1 : 0;
      return quiet >= QUIET_POLLS ? true : undefined;
    },
    { intervalMs: POLL_MS, timeoutMs },
  );
  return performance.now() - startedAt;
}

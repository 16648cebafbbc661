import pRetry from 'p-retry';

/**
 * Serialization failure, deadlock: another transaction won, and this one, begun anew, finds what that one has left.
 *
 * @see https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
 */
const LOST_RACES: readonly unknown[] = ['40001', '40P01'];

/** At most 0.7 s in all: callers wait. Jitter, so that writers that met once don't meet again. */
const SCHEDULE = { retries: 5, minTimeout: 10, factor: 2, randomize: true };

/** Does `work`, which begins its own transaction, again where Postgres gave it up in favour of another one. */
export function retryLostRaces<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, {
    ...SCHEDULE,
    shouldRetry: ({ error }) => LOST_RACES.includes((error as { code?: unknown }).code),
  });
}

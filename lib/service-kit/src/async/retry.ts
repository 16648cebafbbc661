import pRetry from 'p-retry';
import { type Backoff, jitterFactor } from './backoff.ts';
import { unlessAborted } from './unless-aborted.ts';

/** An attempt that failed and is followed by another one. */
export interface Retry<E = unknown> {
  readonly error: E;
  /** Which attempt failed: 1 for the first. */
  readonly attempt: number;
}

export interface RetryOptions<E = unknown> {
  /** The pauses between attempts, 20 % more or less. */
  readonly backoff: Backoff;
  /**
   * Whether another attempt may succeed; yes if absent. A TypeError that is no network error is a bug, and never
   * retried.
   */
  readonly isRetryable?: ((error: unknown) => error is E & Error) | ((error: unknown) => boolean);
  /** Attempts in all, the first one included; unlimited if absent. */
  readonly maxAttempts?: number;
  /** No attempt begins later than this after the first one began; unlimited if absent. */
  readonly patienceMs?: number;
  /** Called before each pause. */
  readonly onRetry?: (retry: Retry<E>) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats an attempt until it succeeds, with growing pauses.
 *
 * @throws the error of the last attempt, or the signal's reason as soon as that aborts; the attempt under way is then
 * left to itself
 */
export async function retry<T, E = unknown>(
  attempt: (number: number) => Promise<T>,
  { backoff, isRetryable = () => true, maxAttempts, patienceMs, onRetry, signal }: RetryOptions<E>,
): Promise<T> {
  // p-retry's own jitter ends at its longest pause; a factor for each call keeps calls apart there too.
  const factor = jitterFactor();
  try {
    return await pRetry(number => unlessAborted(attempt(number), signal), {
      retries: maxAttempts === undefined ? Number.POSITIVE_INFINITY : maxAttempts - 1,
      minTimeout: backoff.baseMs * factor,
      maxTimeout: backoff.maxMs * factor,
      factor: 2,
      ...(patienceMs === undefined ? {} : { maxRetryTime: patienceMs }),
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error, attemptNumber }) => {
        if (signal?.aborted || !isRetryable(error)) return false;
        onRetry?.({ error: error as E, attempt: attemptNumber });
        return true;
      },
    });
  } catch (error) {
    // A reason that is no Error would arrive wrapped into one.
    signal?.throwIfAborted();
    throw error;
  }
}

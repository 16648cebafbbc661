import { type VigieError, vigieErrorOf } from './vigie-error.ts';

/** When a call that failed is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
  /** The longest first pause; each next one may be twice as long. */
  readonly baseMs: number;
  /** The longest pause, unless the server asks for a longer one. */
  readonly maxMs: number;
  /** Called before each pause. */
  readonly onRetry?: ((error: VigieError, pauseMs: number) => void) | undefined;
}

export interface Attempts {
  /** For all attempts and pauses together. */
  readonly timeoutMs: number;
  /** For one attempt. */
  readonly attemptMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Nothing waits longer in a timer of JavaScript. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Repeats a call until it succeeds or there is no point in it.
 *
 * @param attempt is given how long it may take, in milliseconds
 * @throws VigieError of the last attempt, or the signal's reason
 */
export async function withRetries<T>(
  attempt: (timeoutMs: number) => Promise<T>,
  policy: RetryPolicy,
  { timeoutMs, attemptMs, signal }: Attempts,
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (let number = 1; ; number++) {
    signal?.throwIfAborted();
    try {
      return await attempt(Math.max(1, Math.min(attemptMs, endsAt - performance.now())));
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = vigieErrorOf(thrown);
      const pauseMs = pauseAfter(policy, number, error);
      const isLast = number >= policy.maxAttempts || performance.now() + pauseMs >= endsAt;
      if (isLast || !error.retryable) throw error;
      policy.onRetry?.(error, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}

/**
 * Full jitter, so that clients that failed together don't come back together; never sooner than the server asks.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function pauseAfter({ baseMs, maxMs }: RetryPolicy, attempt: number, { retryAfterMs = 0 }: VigieError): number {
  return retryAfterMs + Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS));
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

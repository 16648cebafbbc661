import pTimeout from 'p-timeout';

/**
 * Settles as the promise does, or rejects with the signal's reason if that aborts first; what is under way is then left
 * to itself.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return pTimeout(promise, { milliseconds: Number.POSITIVE_INFINITY, signal });
}

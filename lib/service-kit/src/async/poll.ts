import { pause } from './pause.ts';

export interface PollOptions {
  /** Between one call and the next; a function is given the time since the first. */
  readonly intervalMs: number | ((elapsedMs: number) => number);
  /** The last call begins no earlier than this after the first. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `find` again and again until it finds something.
 *
 * @returns the first result that isn't undefined; undefined if there was none in time
 * @throws the signal's reason once that aborts, and what `find` throws
 */
export async function poll<T>(
  find: () => Promise<T | undefined> | T | undefined,
  { intervalMs, timeoutMs, signal }: PollOptions,
): Promise<T | undefined> {
  const startedAt = performance.now();
  const endsAt = startedAt + timeoutMs;
  const interval = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
  while (true) {
    signal?.throwIfAborted();
    const isLast = performance.now() >= endsAt;
    const found = await find();
    if (found !== undefined || isLast) return found;
    await pause(interval(performance.now() - startedAt), signal);
  }
}

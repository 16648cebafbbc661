import { pause } from './pause.ts';

export interface PollOptions {
  /** Between one look and the next. */
  readonly intervalMs: number;
  /** The last look begins no earlier than this after the first. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks again and again until there is something.
 *
 * @returns the first result that isn't undefined; undefined if there was none in time
 * @throws the signal's reason once that aborts, and what `look` throws
 */
export async function poll<T>(
  look: () => Promise<T | undefined> | T | undefined,
  { intervalMs, timeoutMs, signal }: PollOptions,
): Promise<T | undefined> {
  const endsAt = performance.now() + timeoutMs;
  while (true) {
    signal?.throwIfAborted();
    const isLast = performance.now() >= endsAt;
    const found = await look();
    if (found !== undefined || isLast) return found;
    await pause(intervalMs, signal);
  }
}

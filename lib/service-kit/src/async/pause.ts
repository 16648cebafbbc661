import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `pauseMs`, or as soon as the signal aborts: ask it which of the two it was. */
export async function pause(pauseMs: number, signal?: AbortSignal): Promise<void> {
  // Rejects for no other reason than the abort.
  await delay(pauseMs, undefined, signal && { signal }).catch(() => undefined);
}

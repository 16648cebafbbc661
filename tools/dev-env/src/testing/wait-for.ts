import { poll } from '@vigie/service-kit/async';

/** Far more than anything takes on a machine with other work: only what fails waits so long. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** Often at first; what takes long is asked for seldom, as it needs the processor itself. */
const intervalMs = (elapsedMs: number): number => Math.min(200, Math.max(10, elapsedMs / 10));

/** The first result that isn't undefined. @throws Error naming what didn't come within `timeoutMs` */
export async function waitFor<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  const found = await poll(find, { intervalMs, timeoutMs });
  if (found === undefined) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
  return found;
}

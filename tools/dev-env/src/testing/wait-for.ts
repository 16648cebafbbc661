import { poll } from '@vigie/service-kit/async';

const POLL_MS = 10;
/** Far more than anything takes on a machine with other work: only what fails waits so long. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The first result that isn't undefined. @throws Error naming what didn't come within `timeoutMs` */
export async function waitFor<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  const found = await poll(find, { intervalMs: POLL_MS, timeoutMs });
  if (found === undefined) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
  return found;
}

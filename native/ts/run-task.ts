import { addon, type TaskHandle } from './addon.ts';
import { runningTasks } from './running-tasks.ts';

type Complete<Answer> = (error: Error | null, answer: Answer | { readonly kind: 'cancelled' }) => void;

interface Ending {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** As the C++ side words it. */
  readonly timeoutMessage: string;
}

interface TimeoutAnswer {
  readonly kind: 'failure';
  readonly code: 'PROBE_TIMEOUT';
  readonly message: string;
  readonly diagnostics: readonly string[];
}

/**
 * One task of the addon as a promise. It ends at the deadline and when the signal aborts, whatever the task does.
 *
 * @param start returns null when it has called `complete` already
 */
export function runTask<Answer extends { readonly kind: string }>(
  start: (complete: Complete<Answer>) => TaskHandle | null,
  { signal, timeoutMs, timeoutMessage }: Ending,
): Promise<Answer | TimeoutAnswer> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let handle: TaskHandle | null = null;
    let slot: number | undefined;
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const complete: Complete<Answer> = (error, answer) => {
      stopWaiting();
      if (slot !== undefined) runningTasks.remove(slot);
      if (error) reject(error);
      // What cancels has completed the promise already.
      else if (answer.kind !== 'cancelled') resolve(answer as Answer);
    };
    const cancel = () => {
      stopWaiting();
      if (handle !== null) addon.cancelTask(handle);
    };
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    // The task checks the clock too, but not while it waits for a thread or is deep inside libav.
    const expire = () => {
      cancel();
      resolve({ kind: 'failure', code: 'PROBE_TIMEOUT', message: timeoutMessage, diagnostics: [] });
    };
    handle = start(complete);
    if (handle === null) return;
    slot = runningTasks.add(handle);
    timer = setTimeout(expire, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

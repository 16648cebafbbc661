import { type RetrySchedule, retryDelayMs } from '../domain/retry-schedule.ts';
import { pause, unlessAborted } from './abortable.ts';

export interface Outage<Fault> {
  /** Whether this error only means that a part of Vigie is away. */
  readonly isOutage: (error: unknown) => error is Fault;
  /** Is told of the first such error. */
  readonly onBegin: (fault: Fault) => void;
  readonly signal: AbortSignal | undefined;
}

const PAUSES: RetrySchedule = { baseMs: 50, maxMs: 5_000, maxAttempts: Number.POSITIVE_INFINITY };

/**
 * Repeats an attempt for as long as an outage lasts, with pauses that grow to some seconds. Rejects with any other error, and
 * at once with the signal's reason on abort.
 */
export async function outlast<T, Fault>(
  attempt: () => Promise<T>,
  { isOutage, onBegin, signal }: Outage<Fault>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await unlessAborted(attempt(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOutage(error)) throw error;
      if (attempts === 1) onBegin(error);
    }
    await pause(retryDelayMs(PAUSES, attempts), signal);
  }
}

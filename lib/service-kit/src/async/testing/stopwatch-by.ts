import type { Stopwatch } from '../process-clock.ts';

/** Starts watches by a clock that a test sets, in milliseconds. */
export function stopwatchBy(now: () => number): () => Stopwatch {
  return () => {
    const since = now();
    return {
      get elapsedMs() {
        return now() - since;
      },
      [Symbol.dispose]: () => undefined,
    };
  };
}

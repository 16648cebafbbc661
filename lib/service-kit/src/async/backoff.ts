/** Pauses that double from `baseMs` to `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

const JITTER = 0.2;

/**
 * The pause after the given attempt: 20 % more or less than `baseMs`, twice that, and so on up to `maxMs`, so that what
 * failed at the same time is not tried again at the same time.
 *
 * @param attempt 1 for the first
 * @returns milliseconds
 */
export function backoffDelayMs(backoff: Backoff, attempt: number, random: () => number = Math.random): number {
  return Math.round(exactDelayMs(backoff, attempt) * jitterFactor(random));
}

/** From the first of so many attempts to the last of them: all pauses between them, without jitter. */
export function backoffSpanMs(backoff: Backoff, attempts: number): number {
  let totalMs = 0;
  for (let attempt = 1; attempt < attempts; attempt++) totalMs += exactDelayMs(backoff, attempt);
  return totalMs;
}

/** From 0.8 to 1.2. */
export function jitterFactor(random: () => number = Math.random): number {
  return 1 + JITTER * (2 * random() - 1);
}

function exactDelayMs({ baseMs, maxMs }: Backoff, attempt: number): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

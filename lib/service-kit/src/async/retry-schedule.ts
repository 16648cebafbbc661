import { type Backoff, backoffSpanMs, jitterFactor } from './backoff.ts';

/** How often, and so for how long, what is delivered again and again is tried. */
export interface RetrySchedule extends Backoff {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
}

/**
 * Whether both the attempts and their time are used up. The count alone would end too early: a crash or a restart of nats-server
 * counts as a delivery that nobody tried. The time alone would let something that waited in its stream be tried once.
 *
 * @param attempts how many times it was delivered, this time included
 * @param ageMs since it was stored
 */
export function isExhausted(schedule: RetrySchedule, attempts: number, ageMs: number): boolean {
  const { maxAttempts } = schedule;
  // Each pause may have been this much shorter.
  const shortestSpanMs = backoffSpanMs(schedule, maxAttempts) * jitterFactor(() => 0);
  return attempts >= maxAttempts && ageMs >= shortestSpanMs;
}

import { type Backoff, backoffSpanMs } from './backoff.ts';

/** How often, and so for how long, what is delivered again and again is tried. */
export interface RetrySchedule extends Backoff {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
}

/** From the first attempt to the last one: all pauses between them, without jitter. */
export function scheduleSpanMs(schedule: RetrySchedule): number {
  return backoffSpanMs(schedule, schedule.maxAttempts);
}

/**
 * Whether both the attempts and their time are used up. The count alone would end too early where deliveries stand for
 * attempts: a crash, or a restart of nats-server, counts as a delivery that nobody tried. The time alone would let
 * something that waited in its stream be tried once.
 *
 * @param attempts how many there were, or how many times it was delivered, this time included
 * @param ageMs since it was stored
 */
export function isExhausted(schedule: RetrySchedule, attempts: number, ageMs: number): boolean {
  return attempts >= schedule.maxAttempts && ageMs >= scheduleSpanMs(schedule);
}

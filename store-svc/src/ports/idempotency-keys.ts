import type { Attempt, KeptAnswer, KeyState } from '../domain/keyed-request.ts';

/**
 * The keys of requests, each for a window of time, and what the requests were answered.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface IdempotencyKeys {
  /**
   * Takes a key for an attempt, unless another one has it. Of many at once, one begins. One that begins twice has
   * begun.
   *
   * @param fingerprint equal for equal requests
   * @param leaseMs after which the same request may begin again, if the attempt neither finishes nor releases
   */
  begin(attempt: Attempt, fingerprint: Uint8Array, leaseMs: number): Promise<KeyState>;

  /** Keeps an answer for a window of time from now. Changes nothing if the key is no longer the attempt's. */
  finish(attempt: Attempt, answer: KeptAnswer): Promise<void>;

  /** Leaves the key to any request. Changes nothing if it is no longer the attempt's. */
  release(attempt: Attempt): Promise<void>;

  /** Forgets keys whose window is over. @param signal ends it in between */
  forgetExpired(signal: AbortSignal): Promise<void>;
}

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttemptsError } from '../../domain/user-errors.ts';
import type { Attempts } from '../../ports/attempts.ts';

/** In the memory of this process: with several replicas, each counts for itself. */
export class MemoryAttempts implements Attempts {
  readonly #limiter: RateLimiterMemory;

  /** @param seconds from the first attempt on, after which it begins anew */
  constructor(count: number, seconds: number) {
    this.#limiter = new RateLimiterMemory({ points: count, duration: seconds });
  }

  async count(name: string): Promise<void> {
    try {
      await this.#limiter.consume(name);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new TooManyAttemptsError(error.msBeforeNext);
      throw error;
    }
  }

  async forgive(name: string): Promise<void> {
    await this.#limiter.delete(name);
  }
}

import type { Exchange } from '../exchange.ts';
import { rateLimited } from './rate-limited.ts';
import { RateLimiter, type RateState } from './rate-limiter.ts';
import { RefusalPace } from './refusal-pace.ts';
import type { RefusedCalls } from './refused-calls.ts';

const POLICY = 'failed-credentials';
const WINDOW_SECONDS = 60;

/**
 * Counts by address the API keys and tokens that were wrong. Beyond the limit wrong ones are refused as too many, and
 * access-svc isn't asked about them. What is good goes on, as a shop with all its tills may be one address: keys that
 * are known, and tokens, which are verified here.
 *
 * Keys that nobody has shown before are counted for themselves. Otherwise one till that shows the same wrong key in a
 * loop would keep out all others, whose keys a gateway doesn't know that has just started.
 *
 * What is under way at once is counted afterwards: keys are too long to be guessed, so it is about access-svc's time.
 */
export class FailedCredentials {
  readonly #limiter: RateLimiter;
  readonly #refused: RefusedCalls;
  readonly #pace = new RefusalPace();

  constructor(perMinute: number, refused: RefusedCalls) {
    this.#limiter = new RateLimiter({ perSecond: perMinute / WINDOW_SECONDS, windowSeconds: WINDOW_SECONDS });
    this.#refused = refused;
  }

  /**
   * Before anybody is asked about a key that may be wrong.
   *
   * @param isNew whether nobody has shown it before
   * @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo`
   */
  async requireLeft(exchange: Exchange, isNew: boolean): Promise<void> {
    const name = nameOf(exchange, isNew);
    if (!(await this.#limiter.hasLeft(name))) await this.#refuseBeyond(exchange, await this.#limiter.take(name, 1));
  }

  /**
   * Of credentials that turned out to be wrong.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo` in the place of UNAUTHENTICATED
   */
  async count(exchange: Exchange, isNew: boolean): Promise<void> {
    if (isNew) await this.#limiter.take(nameOf(exchange, true), 1);
    await this.#refuseBeyond(exchange, await this.#limiter.take(nameOf(exchange, false), 1));
  }

  async #refuseBeyond(exchange: Exchange, state: RateState): Promise<void> {
    if (!state.isRefused) return;
    exchange.isRateLimited = true;
    this.#refused.count(POLICY, exchange.caller);
    await this.#pace.wait(exchange, state);
    const { quota, windowSeconds } = this.#limiter;
    const message = `Your address has shown ${quota} wrong API keys or tokens within ${windowSeconds} s; try again later.`;
    throw rateLimited(POLICY, this.#limiter, state, message);
  }
}

/** What is counted together. */
function nameOf({ caller }: Exchange, isNew: boolean): string {
  return isNew ? `new ${caller}` : caller;
}

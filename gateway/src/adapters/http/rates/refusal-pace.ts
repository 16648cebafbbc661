import { pause } from '@vigie/service-kit/async';
import type { Exchange } from '../exchange.ts';
import type { RateState } from './rate-limiter.ts';

/** No refusal is answered later. */
const MAX_PACE_MS = 1_000;
/** Calls that wait to be refused take some 10 KB each. */
const MAX_PACED = 2_000;

/**
 * The more of a caller's calls are refused, the later: a client that sends its next call as soon as it has the answer
 * would keep the process busy with refusals otherwise, and others waiting.
 */
export class RefusalPace {
  /** Calls that wait to be refused. */
  #paced = 0;

  async wait({ signal }: Exchange, { paceMs, resetMs }: RateState): Promise<void> {
    if (this.#paced >= MAX_PACED) return;
    this.#paced++;
    await pause(Math.min(paceMs, resetMs, MAX_PACE_MS), signal);
    this.#paced--;
  }
}

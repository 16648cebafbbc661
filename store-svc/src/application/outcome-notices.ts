import { type AlertName, alertKey } from '@vigie/alert';
import { pause } from '@vigie/service-kit/async';
import { EVERYTHING, type OutcomeFeed } from '../ports/outcome-feed.ts';

/** Whoever waits for the outcome of one alert. */
export interface OutcomeNotice extends Disposable {
  /** Resolves with the next outcome that is found of the alert. */
  readonly found: Promise<void>;
}

const REOPEN_AFTER_MS = 1_000;

/**
 * Tells those who wait for single alerts that outcomes were found. One watch serves all, while anybody waits. A notice
 * may fail to come, while NATS is away for example: who waits has to look for itself too.
 */
export class OutcomeNotices {
  readonly #feed: OutcomeFeed;
  /** By `alertKey`. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #following: AbortController | undefined;

  constructor(feed: OutcomeFeed) {
    this.#feed = feed;
  }

  of(alert: AlertName): OutcomeNotice {
    const key = alertKey(alert);
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(resolve));
    if (this.#following === undefined) this.#follow();
    return {
      found: promise,
      [Symbol.dispose]: () => {
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        if (this.#waiting.size > 0) return;
        this.#following?.abort();
        this.#following = undefined;
      },
    };
  }

  #follow(): void {
    const following = new AbortController();
    this.#following = following;
    void this.#readAll(following.signal);
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { outcome } of this.#feed.watch(EVERYTHING, undefined, signal)) {
          if (outcome === undefined) continue;
          for (const resolve of this.#waiting.get(alertKey(outcome.value.alert)) ?? []) resolve();
        }
      } catch {
        // Whoever waits looks for itself meanwhile; readiness tells what is away.
      }
      await pause(REOPEN_AFTER_MS, signal);
    }
  }
}

import type { Logger } from '@vigie/service-kit/telemetry';
import { Counter, type Registry } from 'prom-client';

export interface RefusedCallsOptions {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** How often they are logged, as long as there are any. */
  readonly intervalMs: number;
}

/** Beyond these, callers are counted together. */
const MAX_NAMED = 100;
/** In a line of the log. */
const MAX_LOGGED = 5;

/**
 * Calls beyond their rates, or beside too many others of theirs: a flood would be a flood of lines in the log too, so
 * they are summed up.
 */
export class RefusedCalls {
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #total: Counter<'policy'>;
  /** Since the last line. */
  readonly #byKey = new Map<string, number>();
  #others = 0;
  #isLogging = false;

  constructor({ logger, metrics, intervalMs }: RefusedCallsOptions) {
    this.#logger = logger;
    this.#intervalMs = intervalMs;
    this.#total = new Counter({
      name: 'vigie_gateway_rate_limited_total',
      help: 'Calls that were refused because they came too fast, or too many at once, by what they were counted by.',
      labelNames: ['policy'],
      registers: [metrics],
    });
  }

  count(policy: string, key: string): void {
    this.#total.inc({ policy });
    const name = `${policy} ${key}`;
    if (this.#byKey.has(name) || this.#byKey.size < MAX_NAMED) this.#byKey.set(name, (this.#byKey.get(name) ?? 0) + 1);
    else this.#others++;
    if (this.#isLogging) return;
    this.#isLogging = true;
    setTimeout(() => this.#log(), this.#intervalMs).unref();
  }

  #log(): void {
    this.#isLogging = false;
    const entries = [...this.#byKey].sort(([, a], [, b]) => b - a);
    const refused = entries.reduce((sum, [, count]) => sum + count, this.#others);
    const most = Object.fromEntries(entries.slice(0, MAX_LOGGED));
    this.#logger.warn({ refused, most }, 'calls came faster, or more at once, than their limits allow');
    this.#byKey.clear();
    this.#others = 0;
  }
}

/** What one tenant has in the queue. */
interface Tenant {
  count: number;
  /** When each of its probes that are running began, the oldest first. */
  readonly probing: Set<{ readonly since: number }>;
  /** How long its probes take: a moving average. */
  paceMs: number;
}

/** Much longer than a probe on a busy machine, and much shorter than a video server that hangs is waited for. */
const SLOW_MS = 2_000;
const PACE_WEIGHT = 1 / 8;

/**
 * How much of a queue each tenant takes up, with what is waiting and what is being probed. A tenant is over its share
 * if it has more entries than there is room left, and its probes are slow. One that is merely busy isn't: its entries
 * are soon done.
 */
export class TenantShares {
  readonly #tenants = new Map<string, Tenant>();
  readonly #now: () => number;
  #freeCount: number;

  /** @param now a clock in milliseconds */
  constructor(capacity: number, now: () => number = () => performance.now()) {
    this.#freeCount = capacity;
    this.#now = now;
  }

  /**
   * Counts one more alert of the tenant, even if that is one too many: see `isOverShare`. Disposing of the entry counts
   * it off.
   */
  enter(name: string): QueueEntry {
    const tenant = this.#tenants.get(name) ?? { count: 0, probing: new Set(), paceMs: 0 };
    this.#tenants.set(name, tenant);
    tenant.count++;
    this.#freeCount--;
    return {
      isOverShare: () => this.#isOverShare(tenant),
      beginProbe: () => this.#beginProbe(tenant),
      [Symbol.dispose]: () => {
        this.#freeCount++;
        tenant.count--;
        if (tenant.count === 0) this.#tenants.delete(name);
      },
    };
  }

  #beginProbe(tenant: Tenant): Disposable {
    const probe = { since: this.#now() };
    tenant.probing.add(probe);
    return {
      [Symbol.dispose]: () => {
        tenant.probing.delete(probe);
        tenant.paceMs += (this.#now() - probe.since - tenant.paceMs) * PACE_WEIGHT;
      },
    };
  }

  #isOverShare({ count, probing, paceMs }: Tenant): boolean {
    if (count <= this.#freeCount) return false;
    const [oldest] = probing;
    return Math.max(paceMs, oldest === undefined ? 0 : this.#now() - oldest.since) > SLOW_MS;
  }
}

export interface QueueEntry extends Disposable {
  /** Whether its tenant is over its share, so that the entry should leave and come back later. */
  isOverShare(): boolean;
  /** Disposing of it ends the probe. */
  beginProbe(): Disposable;
}

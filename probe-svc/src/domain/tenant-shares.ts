import type { Stopwatch } from '@vigie/service-kit/async';

/** What one tenant has in the queue. */
interface Tenant {
  count: number;
  /** Of each of its reads that are running, the oldest first. */
  readonly reads: Set<Stopwatch>;
  /** How long one of its probes waits for the video server: a moving average. */
  waitMs: number;
}

/** Much longer than a video server on a busy machine takes, and much shorter than one that hangs is waited for. */
const SLOW_MS = 2_000;
const WAIT_WEIGHT = 1 / 8;

/**
 * How much of a queue each tenant takes up, with what is waiting and what is being probed. A tenant is over its share
 * if it has more entries than there is room left, and its video server is slow. One that is merely busy isn't: its
 * entries are soon done.
 */
export class TenantShares {
  readonly #tenants = new Map<string, Tenant>();
  readonly #startWatch: () => Stopwatch;
  #freeCount: number;

  /** @param startWatch by a clock that counts how long others take, and not how long this process is held up */
  constructor(capacity: number, startWatch: () => Stopwatch) {
    this.#freeCount = capacity;
    this.#startWatch = startWatch;
  }

  /**
   * Counts one more alert of the tenant, even if that is one too many: see `isOverShare`. Disposing of the entry counts
   * it off.
   */
  enter(name: string): QueueEntry {
    const tenant = this.#tenants.get(name) ?? { count: 0, reads: new Set(), waitMs: 0 };
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

  #beginProbe(tenant: Tenant): TenantProbe {
    let waitedMs = 0;
    return {
      beginRead: () => {
        const read = this.#startWatch();
        tenant.reads.add(read);
        return {
          [Symbol.dispose]: () => {
            tenant.reads.delete(read);
            waitedMs += read.elapsedMs;
            read[Symbol.dispose]();
          },
        };
      },
      [Symbol.dispose]: () => {
        tenant.waitMs += (waitedMs - tenant.waitMs) * WAIT_WEIGHT;
      },
    };
  }

  #isOverShare({ count, reads, waitMs }: Tenant): boolean {
    if (count <= this.#freeCount) return false;
    const [oldest] = reads;
    return Math.max(waitMs, oldest?.elapsedMs ?? 0) > SLOW_MS;
  }
}

export interface QueueEntry extends Disposable {
  /** Whether its tenant is over its share, so that the entry should leave and come back later. */
  isOverShare(): boolean;
  /** Disposing of it ends the probe. */
  beginProbe(): TenantProbe;
}

export interface TenantProbe extends Disposable {
  /** The probe waits for the tenant's video server until what this returns is disposed of. */
  beginRead(): Disposable;
}

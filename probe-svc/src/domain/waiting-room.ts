/** What one store has in the room. */
interface Party {
  count: number;
  /** When each of its probes began that go on, the oldest first. */
  readonly probing: Set<{ readonly since: number }>;
  /** How long its probes take: a moving average. */
  paceMs: number;
}

/** Much longer than a probe on a busy machine, and much shorter than a video server that hangs is waited for. */
const SLOW_MS = 2_000;
const PACE_WEIGHT = 1 / 8;

/**
 * Alerts in hand: those that are probed and those that wait for it. A store crowds the others out of it when it has more alerts
 * here than there is room left, and its probes take long. One that is merely busy doesn't: its alerts are soon gone.
 */
export class WaitingRoom {
  readonly #parties = new Map<string, Party>();
  readonly #now: () => number;
  #freeCount: number;

  /** @param now a clock in milliseconds */
  constructor(capacity: number, now: () => number = () => performance.now()) {
    this.#freeCount = capacity;
    this.#now = now;
  }

  /** Whoever enters is let in, and told by the stay whether that is one too many. Disposing of the stay leaves the room. */
  enter(store: string): Stay {
    const party = this.#parties.get(store) ?? { count: 0, probing: new Set(), paceMs: 0 };
    this.#parties.set(store, party);
    party.count++;
    this.#freeCount--;
    return {
      isCrowdingOut: () => this.#isCrowdingOut(party),
      beginProbe: () => this.#beginProbe(party),
      [Symbol.dispose]: () => {
        this.#freeCount++;
        party.count--;
        if (party.count === 0) this.#parties.delete(store);
      },
    };
  }

  #beginProbe(party: Party): Disposable {
    const probe = { since: this.#now() };
    party.probing.add(probe);
    return {
      [Symbol.dispose]: () => {
        party.probing.delete(probe);
        party.paceMs += (this.#now() - probe.since - party.paceMs) * PACE_WEIGHT;
      },
    };
  }

  #isCrowdingOut({ count, probing, paceMs }: Party): boolean {
    if (count <= this.#freeCount) return false;
    const [oldest] = probing;
    return Math.max(paceMs, oldest === undefined ? 0 : this.#now() - oldest.since) > SLOW_MS;
  }
}

export interface Stay extends Disposable {
  /** Whether its store crowds the others out, so that it should go and come back later. */
  isCrowdingOut(): boolean;
  /** Disposing of it ends the probe. */
  beginProbe(): Disposable;
}

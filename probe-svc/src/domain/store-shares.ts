import type { Stopwatch } from '@vigie/service-kit/async';

/** What one store has in the queue. */
interface StoreEntry {
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
 * How much of a queue each store takes up, with what is waiting and what is being probed. A store is over its share
 * if it has more entries than there is room left, and its video server is slow. One that is merely busy isn't: its
 * entries are soon done.
 */
export class StoreShares {
  readonly #stores = new Map<string, StoreEntry>();
  readonly #startWatch: () => Stopwatch;
  #freeCount: number;

  /** @param startWatch by a clock that counts how long others take, and not how long this process is held up */
  constructor(capacity: number, startWatch: () => Stopwatch) {
    this.#freeCount = capacity;
    this.#startWatch = startWatch;
  }

  /**
   * Counts one more alert of the store, even if that is one too many: see `isOverShare`. Disposing of the entry counts
   * it off.
   */
  enter(name: string): QueueEntry {
    const store = this.#stores.get(name) ?? { count: 0, reads: new Set(), waitMs: 0 };
    this.#stores.set(name, store);
    store.count++;
    this.#freeCount--;
    return {
      isOverShare: () => this.#isOverShare(store),
      beginProbe: () => this.#beginProbe(store),
      [Symbol.dispose]: () => {
        this.#freeCount++;
        store.count--;
        if (store.count === 0) this.#stores.delete(name);
      },
    };
  }

  #beginProbe(store: StoreEntry): StoreProbe {
    let waitedMs = 0;
    return {
      beginRead: () => {
        const read = this.#startWatch();
        store.reads.add(read);
        return {
          [Symbol.dispose]: () => {
            store.reads.delete(read);
            waitedMs += read.elapsedMs;
            read[Symbol.dispose]();
          },
        };
      },
      [Symbol.dispose]: () => {
        store.waitMs += (waitedMs - store.waitMs) * WAIT_WEIGHT;
      },
    };
  }

  #isOverShare({ count, reads, waitMs }: StoreEntry): boolean {
    if (count <= this.#freeCount) return false;
    const [oldest] = reads;
    return Math.max(waitMs, oldest?.elapsedMs ?? 0) > SLOW_MS;
  }
}

export interface QueueEntry extends Disposable {
  /** Whether its store is over its share, so that the entry should leave and come back later. */
  isOverShare(): boolean;
  /** Disposing of it ends the probe. */
  beginProbe(): StoreProbe;
}

export interface StoreProbe extends Disposable {
  /** The probe waits for the store's video server until what this returns is disposed of. */
  beginRead(): Disposable;
}

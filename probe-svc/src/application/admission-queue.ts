import { FairSlots, type Stopwatch } from '@vigie/service-kit/async';
import { ConcurrencyLimit } from '../domain/concurrency-limit.ts';
import { type QueueEntry, type StoreProbe, StoreShares } from '../domain/store-shares.ts';
import type { StorePresence } from '../ports/store-presence.ts';

export interface AdmissionQueueOptions {
  /** How many alerts may be probed at once, as long as video servers answer in time; see `ConcurrencyLimit`. */
  readonly slots: number;
  /** How many alerts may be probed or wait for a slot. */
  readonly capacity: number;
  readonly presence: StorePresence;
  /** Measures how long video servers take; see `StoreShares`. */
  readonly startWatch: () => Stopwatch;
}

/** An alert may be probed. Disposing of it ends the probe and frees its slot. */
export interface Admission extends StoreProbe {
  /** To be called once the video was read, or could not be. */
  noteEnd(end: 'answered' | 'timed-out'): void;
}

/** How often a waiting alert checks whether its store is over its share by now. */
const CHECK_MS = 500;
const OVER_SHARE = Symbol('over its share');

/**
 * Decides which alert is probed next. Stores share the slots fairly and are served in turn. While the video server of
 * one is slow, its alerts take up no more of the queue than there is room left for others, if there are others.
 */
export class AdmissionQueue {
  readonly #slots: FairSlots;
  readonly #limit: ConcurrencyLimit;
  readonly #shares: StoreShares;
  readonly #presence: StorePresence;

  constructor({ slots, capacity, presence, startWatch }: AdmissionQueueOptions) {
    this.#slots = new FairSlots(slots);
    this.#limit = new ConcurrencyLimit(slots);
    this.#presence = presence;
    this.#shares = new StoreShares(capacity, startWatch);
  }

  get freeSlots(): number {
    return this.#slots.freeCount;
  }

  /** How many alerts may be probed at once now. */
  get limit(): number {
    return this.#limit.current;
  }

  /**
   * Waits for the store's turn. `undefined` if the store is over its share, so that the alert has to be deferred:
   * nothing was tried. Rejects with the signal's reason on abort.
   */
  async admit(store: string, signal?: AbortSignal): Promise<Admission | undefined> {
    using stack = new DisposableStack();
    const entry = stack.use(this.#shares.enter(store));
    const slot = await this.#takeSlot(store, entry, signal);
    if (slot === undefined) return undefined;
    stack.use(slot);
    const { beginRead } = stack.use(entry.beginProbe());
    const admission = stack.move();
    return {
      beginRead,
      noteEnd: end => {
        this.#limit.note(end);
        this.#slots.resize(this.#limit.current);
      },
      [Symbol.dispose]: () => admission.dispose(),
    };
  }

  async #takeSlot(store: string, entry: QueueEntry, signal?: AbortSignal): Promise<Disposable | undefined> {
    signal?.throwIfAborted();
    if (this.#isToLeave(entry)) return undefined;
    return this.#slots.tryTake(store) ?? (await this.#waitForSlot(store, entry, signal));
  }

  async #waitForSlot(store: string, entry: QueueEntry, signal?: AbortSignal): Promise<Disposable | undefined> {
    const waiting = new AbortController();
    const check = setInterval(() => {
      if (this.#isToLeave(entry)) waiting.abort(OVER_SHARE);
    }, CHECK_MS);
    try {
      return await this.#slots.take(
        store,
        AbortSignal.any(signal === undefined ? [waiting.signal] : [signal, waiting.signal]),
      );
    } catch (error) {
      if (error === OVER_SHARE) return undefined;
      throw error;
    } finally {
      clearInterval(check);
    }
  }

  /** One that is alone takes nothing from others. */
  #isToLeave(entry: QueueEntry): boolean {
    return entry.isOverShare() && this.#presence.areOthersPresent();
  }
}

import { FairSlots } from '../domain/fair-slots.ts';
import { type QueueEntry, TenantShares } from '../domain/tenant-shares.ts';

export interface AdmissionQueueOptions {
  /** How many alerts may be probed at once. */
  readonly slots: number;
  /** How many alerts may be probed or wait for a slot. */
  readonly capacity: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** How often a waiting alert checks whether its tenant is over its share by now. */
const CHECK_MS = 500;
const OVER_SHARE = Symbol('over its share');

/**
 * Decides which alert is probed next. Tenants share the slots fairly and are served in turn; while the probes of one
 * are slow, its alerts take up no more of the queue than there is room left for others.
 */
export class AdmissionQueue {
  readonly #slots: FairSlots;
  readonly #shares: TenantShares;

  constructor({ slots, capacity, now }: AdmissionQueueOptions) {
    this.#slots = new FairSlots(slots);
    this.#shares = new TenantShares(capacity, now);
  }

  get freeSlots(): number {
    return this.#slots.freeCount;
  }

  /**
   * Waits for the tenant's turn. Disposing of the admission ends the probe and frees its slot. `undefined` if the
   * tenant is over its share, so that the alert has to be deferred: nothing was tried. Rejects with the signal's reason
   * on abort.
   */
  async admit(tenant: string, signal?: AbortSignal): Promise<Disposable | undefined> {
    using stack = new DisposableStack();
    const entry = stack.use(this.#shares.enter(tenant));
    const slot = await this.#takeSlot(tenant, entry, signal);
    if (slot === undefined) return undefined;
    stack.use(slot);
    stack.use(entry.beginProbe());
    return stack.move();
  }

  async #takeSlot(tenant: string, entry: QueueEntry, signal?: AbortSignal): Promise<Disposable | undefined> {
    signal?.throwIfAborted();
    if (entry.isOverShare()) return undefined;
    return this.#slots.tryTake(tenant) ?? (await this.#waitForSlot(tenant, entry, signal));
  }

  async #waitForSlot(tenant: string, entry: QueueEntry, signal?: AbortSignal): Promise<Disposable | undefined> {
    const waiting = new AbortController();
    const check = setInterval(() => {
      if (entry.isOverShare()) waiting.abort(OVER_SHARE);
    }, CHECK_MS);
    try {
      return await this.#slots.take(
        tenant,
        AbortSignal.any(signal === undefined ? [waiting.signal] : [signal, waiting.signal]),
      );
    } catch (error) {
      if (error === OVER_SHARE) return undefined;
      throw error;
    } finally {
      clearInterval(check);
    }
  }
}

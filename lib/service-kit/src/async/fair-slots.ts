/**
 * A number of slots that tenants share. One may hold as many as are free, so half of all when it is alone, and
 * something is left for whoever comes next: the dynamic threshold of Choudhury and Hahne, "Dynamic queue length
 * thresholds for shared-memory packet switches" (1998). Tenants that wait are served in turn, and each of them in the
 * order of asking.
 */
export class FairSlots<Tenant = string> {
  readonly #heldBy = new Map<Tenant, number>();
  /**
   * Who waits, by tenant; the tenant whose turn is next comes first. Invariant: no tenant in here may take another slot
   * now. Taking a slot and leaving the queue keep it true, and freeing a slot serves the tenants that may take one
   * then.
   */
  readonly #queues = new Map<Tenant, Set<() => void>>();
  #count: number;
  /** Negative while more are held than there are since the last `resize`. */
  #free: number;

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  get freeCount(): number {
    return this.#free;
  }

  heldBy(tenant: Tenant): number {
    return this.#heldBy.get(tenant) ?? 0;
  }

  /** Disposing of it frees the slot. `undefined` if the tenant has to wait. */
  tryTake(tenant: Tenant): Disposable | undefined {
    return this.#mayTake(tenant) ? this.#give(tenant) : undefined;
  }

  /** Disposing of it frees the slot. Rejects with the signal's reason when that aborts first. */
  async take(tenant: Tenant, signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    return this.tryTake(tenant) ?? (await this.#wait(tenant, signal));
  }

  /** Changes how many slots there are. Those that are held stay held, also if they are more. */
  resize(count: number): void {
    this.#free += count - this.#count;
    this.#count = count;
    this.#serve();
  }

  #wait(tenant: Tenant, signal: AbortSignal | undefined): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const onAbort = (): void => {
      this.#leave(tenant, onTurn);
      reject(signal?.reason);
    };
    const onTurn = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve(this.#give(tenant));
    };
    const queue = this.#queues.get(tenant);
    if (queue === undefined) this.#queues.set(tenant, new Set([onTurn]));
    else queue.add(onTurn);
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  #leave(tenant: Tenant, onTurn: () => void): void {
    const queue = this.#queues.get(tenant);
    queue?.delete(onTurn);
    if (queue?.size === 0) this.#queues.delete(tenant);
  }

  #mayTake(tenant: Tenant): boolean {
    return this.heldBy(tenant) < this.#free;
  }

  #give(tenant: Tenant): Disposable {
    this.#free--;
    this.#heldBy.set(tenant, this.heldBy(tenant) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#takeBack(tenant);
        held = false;
      },
    };
  }

  #takeBack(tenant: Tenant): void {
    this.#free++;
    const held = this.heldBy(tenant) - 1;
    if (held === 0) this.#heldBy.delete(tenant);
    else this.#heldBy.set(tenant, held);
    this.#serve();
  }

  #serve(): void {
    for (const [tenant, queue] of this.#queues) {
      if (this.#free <= 0) return;
      if (!this.#mayTake(tenant)) continue;
      // Its next turn comes after those of all others: a map is iterated in the order of insertion, new entries
      // included.
      this.#queues.delete(tenant);
      this.#queues.set(tenant, queue);
      const [onTurn] = queue;
      if (onTurn === undefined) continue;
      this.#leave(tenant, onTurn);
      onTurn();
    }
  }
}

/** Gives parts of the mesh to one fault at a time. */
export class TargetLocks {
  readonly #held = new Map<string, Promise<void>>();

  /** Waits until all are free; they are again once the lock is disposed of. */
  async take(targets: readonly string[]): Promise<Disposable> {
    while (true) {
      const busy = targets.map(target => this.#held.get(target)).filter(free => free !== undefined);
      if (busy.length === 0) break;
      await Promise.all(busy);
    }
    const released = Promise.withResolvers<void>();
    for (const target of targets) this.#held.set(target, released.promise);
    return {
      [Symbol.dispose]: () => {
        for (const target of targets) this.#held.delete(target);
        released.resolve();
      },
    };
  }
}

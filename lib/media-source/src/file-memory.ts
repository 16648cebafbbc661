/** How much memory the files that are inspected at the same time may take. */
export interface MemoryLimits {
  /** What every file may hold; most need less. */
  readonly smallBytes: number;
  /**
   * Asked before a file holds more, up to what may be read of it. Resolves once there is room; disposing of that gives
   * it back. May reject instead. `Slots` of `@vigie/service-kit/async` is one.
   */
  readonly roomForLarge: { take(signal?: AbortSignal): Promise<Disposable> };
}

/** The memory that one file takes. Disposing of it gives back the room for a large one. */
export class FileMemory implements Disposable {
  readonly #limits: MemoryLimits | undefined;
  #room: Disposable | undefined;

  /** @param limits none if undefined */
  constructor(limits: MemoryLimits | undefined) {
    this.#limits = limits;
  }

  /** Whether `makeRoom` has to be called before the file holds so many bytes. */
  isTooSmallFor(bytes: number): boolean {
    return this.#limits !== undefined && this.#room === undefined && bytes > this.#limits.smallBytes;
  }

  /** Rejects with the signal's reason on abort, and as `roomForLarge` does. */
  async makeRoom(signal: AbortSignal | undefined): Promise<void> {
    this.#room = await this.#limits?.roomForLarge.take(signal);
  }

  [Symbol.dispose](): void {
    this.#room?.[Symbol.dispose]();
  }
}

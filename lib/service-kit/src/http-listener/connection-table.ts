export interface ConnectionBounds {
  readonly maxConnections: number;
  readonly maxConnectionsPerCaller: number;
}

export interface TabledConnection {
  readonly caller: string;
  /** Whether it is a proxy's: those of one are not bounded, as it calls for many. */
  readonly isProxy?: boolean;
  /** Ends it; it leaves the table by itself then. */
  close(): void;
}

/**
 * The open connections, within bounds. A connection on which nothing is asked gives way to a new one: first the one
 * that has been idle for longest. So however many connections somebody opens, others can still come in.
 */
export class ConnectionTable<C extends TabledConnection> {
  readonly #bounds: ConnectionBounds;
  /** Each with the number of requests in flight on it. */
  readonly #open = new Map<C, number>();
  /** The one that has been idle for longest first. */
  readonly #idleSince = new Map<C, number>();
  readonly #callers = new Map<string, number>();

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<C> {
    return this.#open.keys();
  }

  /**
   * @param now in milliseconds, by any clock that doesn't go back
   * @returns whether there is room for it; idle connections are closed to make some
   */
  add(connection: C, now: number): boolean {
    const { caller, isProxy = false } = connection;
    const ofCaller = this.#callers.get(caller) ?? 0;
    if (!isProxy && ofCaller >= this.#bounds.maxConnectionsPerCaller) {
      if (!this.#evict(each => each.caller === caller)) return false;
    } else if (this.#open.size >= this.#bounds.maxConnections) {
      if (!this.#evict(() => true)) return false;
    }
    this.#open.set(connection, 0);
    this.#idleSince.set(connection, now);
    this.#callers.set(caller, (this.#callers.get(caller) ?? 0) + 1);
    return true;
  }

  remove(connection: C): void {
    if (!this.#open.delete(connection)) return;
    this.#idleSince.delete(connection);
    const ofCaller = (this.#callers.get(connection.caller) ?? 0) - 1;
    if (ofCaller > 0) this.#callers.set(connection.caller, ofCaller);
    else this.#callers.delete(connection.caller);
  }

  begin(connection: C): void {
    const requests = this.#open.get(connection);
    if (requests === undefined) return;
    this.#open.set(connection, requests + 1);
    this.#idleSince.delete(connection);
  }

  end(connection: C, now: number): void {
    const requests = this.#open.get(connection);
    if (requests === undefined) return;
    this.#open.set(connection, requests - 1);
    if (requests === 1) this.#idleSince.set(connection, now);
  }

  /** How many are in flight. */
  requestsOf(connection: C): number {
    return this.#open.get(connection) ?? 0;
  }

  isIdle(connection: C): boolean {
    return this.#idleSince.has(connection);
  }

  /** Those that have been idle since that moment or longer. */
  *idleSince(moment: number): Generator<C> {
    for (const [connection, since] of this.#idleSince) {
      if (since > moment) return;
      yield connection;
    }
  }

  #evict(isCandidate: (connection: C) => boolean): boolean {
    for (const connection of this.#idleSince.keys()) {
      if (!isCandidate(connection)) continue;
      this.remove(connection);
      connection.close();
      return true;
    }
    return false;
  }
}

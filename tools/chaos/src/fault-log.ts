import type { PlannedFault } from './fault-schedule.ts';

/** The results for one kind of fault. */
export interface KindOfFaults {
  injected: number;
  /** Not possible on this machine. */
  skipped: number;
  /**
   * The time from the end of each fault until an alert that was sent then was finished; undefined if that took too
   * long.
   */
  readonly recoveriesMs: (number | undefined)[];
}

/** The faults of a run, by kind. */
export class FaultLog {
  readonly #kinds: Map<string, KindOfFaults>;

  constructor(kinds: readonly string[]) {
    this.#kinds = new Map(kinds.map(kind => [kind, { injected: 0, skipped: 0, recoveriesMs: [] }]));
  }

  get kinds(): ReadonlyMap<string, KindOfFaults> {
    return this.#kinds;
  }

  noteInjected({ kind }: PlannedFault): void {
    this.#of(kind).injected++;
  }

  noteSkipped({ kind }: PlannedFault): void {
    this.#of(kind).skipped++;
  }

  noteRecovery({ kind }: PlannedFault, recoveryMs: number | undefined): void {
    this.#of(kind).recoveriesMs.push(recoveryMs);
  }

  #of(kind: string): KindOfFaults {
    const known = this.#kinds.get(kind);
    if (known === undefined) throw new Error(`${kind} was not planned.`);
    return known;
  }
}

import type { ProcessExit, SupervisedProcess } from '@vigie/dev-env/processes';
import { pause } from '@vigie/service-kit/async';

const PAUSE_MS = 200;

/** Restarts processes that have ended, as often as necessary, as a cluster does. */
export class Reviver {
  readonly #reviving = new Map<SupervisedProcess, Promise<void>>();
  readonly #exits = new Map<string, number>();
  readonly #signal: AbortSignal;

  /** @param signal ends all reviving */
  constructor(processes: readonly SupervisedProcess[], signal: AbortSignal) {
    this.#signal = signal;
    for (const process of processes) {
      process.onUnexpectedExit = exit => {
        if (signal.aborted) return;
        this.#noteExit(process, exit);
        void this.revive(process);
      };
    }
  }

  /** How often processes ended unexpectedly, by name and how they ended. */
  get unexpectedExits(): ReadonlyMap<string, number> {
    return this.#exits;
  }

  /** Resolves once the process is ready. Callers at the same time share one start. */
  revive(process: SupervisedProcess): Promise<void> {
    const revived =
      this.#reviving.get(process) ?? this.#startUntilReady(process).finally(() => this.#reviving.delete(process));
    this.#reviving.set(process, revived);
    return revived;
  }

  async #startUntilReady(process: SupervisedProcess): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        return await process.start(this.#signal);
      } catch {
        // It ended again, or what it needs isn't there yet.
        await pause(PAUSE_MS, this.#signal);
      }
    }
  }

  #noteExit({ name }: SupervisedProcess, { code, signal }: ProcessExit): void {
    const how = `${name} ended with ${signal ?? `exit code ${code}`}`;
    this.#exits.set(how, (this.#exits.get(how) ?? 0) + 1);
  }
}

import { addon, type TaskHandle } from './addon.ts';

/**
 * The tasks that hold a thread of the pool or wait for one. Slots are used again and again: a Set lays out its table
 * anew as entries come and go, and each table left behind keeps its handles alive until a full garbage collection.
 */
class RunningTasks {
  readonly #slots: (TaskHandle | null)[] = [];
  readonly #free: number[] = [];

  /** @returns the slot to give back when the task has ended */
  add(handle: TaskHandle): number {
    const slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[slot] = handle;
    return slot;
  }

  remove(slot: number): void {
    this.#slots[slot] = null;
    this.#free.push(slot);
  }

  cancelAll(): void {
    for (const handle of this.#slots) if (handle !== null) addon.cancelTask(handle);
  }
}

export const runningTasks = new RunningTasks();

// Node lets the thread pool finish all that is queued before the process ends.
process.once('exit', () => runningTasks.cancelAll());

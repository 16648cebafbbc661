import { Slots } from '@vigie/service-kit/async';
import { ProbeChild, type ProbeChildOptions } from './probe-child.ts';

/** A child is replaced after so many answers, in case it degrades slowly. */
const MAX_ANSWERS = 1_000;
const IDLE_MS = 10_000;

/** A child that one file is probed in. */
export interface TakenChild {
  readonly child: ProbeChild;
  /** Another file was probed in it before, which may have harmed it. */
  readonly isUsed: boolean;
  /** Lets another file have the child's place, and the child too if that can be used again. */
  giveBack(canBeReused: boolean): void;
}

export interface ChildRequest {
  readonly signal: AbortSignal | undefined;
  /** One that no other file was probed in. */
  readonly isNew: boolean;
  /** No other child is at work meanwhile. */
  readonly isAlone: boolean;
}

/** The child processes that probe, a few at a time. One that can be used again is kept for a while. */
export class ChildPool implements Disposable {
  readonly #options: ProbeChildOptions;
  readonly #slots: Slots;
  readonly #idle: ProbeChild[] = [];
  readonly #living = new Set<ProbeChild>();
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param maxChildren at work at once; further files wait for one */
  constructor(options: ProbeChildOptions, maxChildren: number) {
    this.#options = options;
    this.#slots = new Slots(maxChildren);
  }

  /**
   * Waits until one is free, and starts it if need be. Rejects with the signal's reason when that aborts.
   *
   * @throws ProbeChildError
   */
  async take({ signal, isNew, isAlone }: ChildRequest): Promise<TakenChild> {
    using stack = new DisposableStack();
    stack.use(await (isAlone ? this.#slots.takeAll(signal) : this.#slots.take(signal)));
    stack.defer(() => this.#awaitIdleness());
    clearTimeout(this.#idleTimer);
    const used = isNew ? undefined : this.#takeIdle();
    const child = used ?? (await this.#start(signal));
    const place = stack.move();
    return {
      child,
      isUsed: used !== undefined,
      giveBack: canBeReused => {
        if (canBeReused && !child.dead && child.answers < MAX_ANSWERS) this.#idle.push(child);
        else this.#discard(child);
        place.dispose();
      },
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idleTimer);
    for (const child of this.#living) child.kill();
    this.#idle.length = 0;
  }

  async #start(signal: AbortSignal | undefined): Promise<ProbeChild> {
    const child = await ProbeChild.start(this.#options, signal);
    this.#living.add(child);
    return child;
  }

  #takeIdle(): ProbeChild | undefined {
    while (true) {
      const child = this.#idle.pop();
      if (child === undefined || !child.dead) return child;
      this.#living.delete(child);
    }
  }

  #discard(child: ProbeChild): void {
    child.kill();
    this.#living.delete(child);
  }

  #awaitIdleness(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      for (const child of this.#idle.splice(0)) this.#discard(child);
    }, IDLE_MS).unref();
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '@vigie/service-kit/async';

/** A stream sequence, and which delivery of it. */
type Entry = readonly [streamSequence: number, delivery: number];

interface MarkPayload {
  readonly underWay: readonly Entry[];
}

/** At most so often is the mark written; so long, at most, a probe waits for its turn in it. */
const MIN_INTERVAL_MS = 10;
/** How long the mark may go on to name alerts whose probes are over, if no other begins. */
const REMOVAL_MS = 1_000;

/** Lists the alerts that this process is probing, where others can read it when the process is gone. */
export class UnderWayMark {
  readonly #underWay = new Map<number, number>();
  readonly #writes: Batcher<undefined, undefined>;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #removal: NodeJS.Timeout | undefined;

  /** @param write resolves once the payload outlives this process, in place of the one before */
  constructor(write: (payload: MarkPayload) => Promise<void>) {
    this.#writes = new Batcher({
      maxSize: Number.POSITIVE_INFINITY,
      flush: async changes => {
        const earlyMs = this.#writtenAt + MIN_INTERVAL_MS - performance.now();
        if (earlyMs > 0) await delay(earlyMs);
        this.#writtenAt = performance.now();
        clearTimeout(this.#removal);
        this.#removal = undefined;
        await write({ underWay: [...this.#underWay] });
        return changes.map(() => undefined);
      },
    });
  }

  /** Resolves once it is written. */
  async add(streamSequence: number, delivery: number): Promise<void> {
    this.#underWay.set(streamSequence, delivery);
    await this.#writes.add(undefined);
  }

  /** Written with the next one that is added, or soon. */
  remove(streamSequence: number): void {
    this.#underWay.delete(streamSequence);
    this.#removal ??= setTimeout(() => this.#write(), REMOVAL_MS).unref();
  }

  /** Resolves once it is written that nothing is under way. */
  async clear(): Promise<void> {
    this.#underWay.clear();
    await this.#writes.add(undefined);
    clearTimeout(this.#removal);
  }

  #write(): void {
    // Fails only when the process stops.
    this.#writes.add(undefined).catch(() => {});
  }
}

/** The deliveries that were under way when the marks were written, by stream sequence. */
export function readUnderWay(marks: readonly unknown[]): Map<number, number[]> {
  const deliveries = new Map<number, number[]>();
  for (const mark of marks) {
    for (const [streamSequence, delivery] of entriesOf(mark)) {
      const found = deliveries.get(streamSequence);
      if (found === undefined) deliveries.set(streamSequence, [delivery]);
      else found.push(delivery);
    }
  }
  return deliveries;
}

/** None for a mark that nobody of this version wrote. */
function entriesOf(mark: unknown): readonly Entry[] {
  const { underWay } = (mark ?? {}) as Partial<MarkPayload>;
  return Array.isArray(underWay) ? underWay : [];
}

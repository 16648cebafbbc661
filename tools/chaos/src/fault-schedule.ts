import type { FaultKind } from './faults/fault-kinds.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface PlannedFault {
  readonly kind: string;
  readonly victim: string;
  readonly holdMs: number;
  readonly targets: readonly string[];
  /** How far a clock jumps, from the machine's clock. */
  readonly offsetMs?: number;
}

/**
 * A plan of faults, in rounds: each kind occurs once a round, in random order. The victims of a kind take turns, so
 * that a few rounds hit them all. The plan does not depend on what happens: the same seed always gives the same plan.
 */
export function* planFaults(
  kinds: readonly FaultKind[],
  random: SeededRandom,
  rounds = Number.POSITIVE_INFINITY,
): Generator<PlannedFault, void> {
  const turns = kinds.map(kind => ({ kind, victims: takeTurns(kind.victims, random.fork()) }));
  for (let round = 0; round < rounds; round++) {
    for (const { kind, victims } of random.shuffled(turns)) {
      const victim = victims.next().value;
      const holdMs = random.integer(kind.holdMs.min, kind.holdMs.max);
      const { offsetMs } = kind;
      const offset = offsetMs === undefined ? {} : { offsetMs: random.integer(offsetMs.min, offsetMs.max) };
      yield { kind: kind.kind, victim, holdMs, targets: kind.targets(victim), ...offset };
    }
  }
}

function* takeTurns<T>(items: readonly T[], random: SeededRandom): Generator<T, never> {
  while (true) yield* random.shuffled(items);
}

/** Distributes one plan over several lanes. Each lane gets the same faults, however slow the others are. */
export function dealToLanes<T>(plan: Iterator<T, void>, lanes: number): Iterator<T, void>[] {
  const dealt = Array.from({ length: lanes }, (): T[] => []);
  let next = 0;
  return dealt.map(queue => ({
    next() {
      while (queue.length === 0) {
        const planned = plan.next();
        if (planned.done) return planned;
        dealt[next++ % lanes]?.push(planned.value);
      }
      return { done: false, value: queue.shift() as T };
    },
  }));
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random choices that can be repeated: the same seed gives the same choices. */
export class SeededRandom {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Both bounds included. */
  integer(min: number, max: number): number {
    return uniformInt(this.#generator, min, max);
  }

  /** True in `share` of the cases, 0 to 1. */
  chance(share: number): boolean {
    return uniformFloat64(this.#generator) < share;
  }

  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** An independent source: what is drawn from it does not change later draws here. */
  fork(): SeededRandom {
    return new SeededRandom(this.integer(-0x80000000, 0x7fffffff));
  }

  /** Fisher and Yates. */
  shuffled<T>(items: readonly T[]): T[] {
    const cards = [...items];
    for (let last = cards.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [cards[last], cards[other]] = [cards[other] as T, cards[last] as T];
    }
    return cards;
  }
}

/** Some alerts of any store always get a slot, so that a server that is well again is noticed. */
const MIN_LIMIT = 8;
/** Below this share of answers in time the server does hardly more than work that nobody waits for any longer. */
const MIN_ANSWERED_SHARE = 0.1;
const GROWTH = 1.125;
/** So that chance decides little. */
const MIN_SAMPLE = 16;

/**
 * How many videos may be read at once: fewer while hardly any answer comes in time, until those that do wait for one
 * get it. Where all start together and all give up before their turn, on a video server or a machine that is too slow
 * for so many, each retry adds to the work of which nothing comes, and that goes on long after the cause is gone
 * (Bronson et al., "Metastable failures in distributed systems", 2021). Decides once for each half of the limit, which
 * is as many as one store alone has at once, and at least for 16: halves the limit, or raises it by an eighth.
 */
export class ConcurrencyLimit {
  readonly #min: number;
  readonly #max: number;
  #current: number;
  #ended = 0;
  #answered = 0;

  constructor(max: number) {
    this.#max = max;
    this.#min = Math.min(MIN_LIMIT, max);
    this.#current = max;
  }

  get current(): number {
    return this.#current;
  }

  /** To be called when a read has ended: with an answer of whatever kind, or because none came in time. */
  note(end: 'answered' | 'timed-out'): void {
    this.#ended++;
    if (end === 'answered') this.#answered++;
    if (this.#ended < Math.max(MIN_SAMPLE, this.#current / 2)) return;
    this.#current =
      this.#answered < MIN_ANSWERED_SHARE * this.#ended
        ? Math.max(this.#min, Math.floor(this.#current / 2))
        : Math.min(this.#max, Math.ceil(this.#current * GROWTH));
    this.#ended = 0;
    this.#answered = 0;
  }
}

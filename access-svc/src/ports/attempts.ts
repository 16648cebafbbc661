/** Counts what may be tried a few times only, each name for itself. */
export interface Attempts {
  /** @throws TooManyAttemptsError */
  count(name: string): Promise<void>;

  /** As if nothing had been tried. */
  forgive(name: string): Promise<void>;
}

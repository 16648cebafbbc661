import type { WantedRange } from './byte-range.ts';

/** What reading one file may cost. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** Ranges, each counted once however often it had to be asked for. */
  readonly maxRequests: number;
}

export class ReadBudgetExceededError extends Error {
  override readonly name = 'ReadBudgetExceededError';
  readonly reason = 'READ_BUDGET_EXCEEDED';
}

/** Counts what reading one version of a file costs, and ends it before it costs more than it may. */
export class ReadBudget {
  readonly #limits: ReadLimits;
  #spentBytes = 0;
  #ranges = 0;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  get remainingBytes(): number {
    return this.#limits.maxBytes - this.#spentBytes;
  }

  /**
   * As much of the range as may still be read.
   *
   * @throws ReadBudgetExceededError if that is nothing
   */
  allow({ offset, lengthBytes }: WantedRange): WantedRange {
    const { maxBytes, maxRequests } = this.#limits;
    if (this.#ranges >= maxRequests) {
      throw new ReadBudgetExceededError(`the header lies in more than ${maxRequests} ranges of the file`);
    }
    if (this.remainingBytes <= 0) {
      throw new ReadBudgetExceededError(`the header is larger than ${maxBytes} bytes`);
    }
    this.#ranges++;
    return { offset, lengthBytes: Math.min(lengthBytes, this.remainingBytes) };
  }

  spend(bytes: number): void {
    this.#spentBytes += bytes;
  }
}

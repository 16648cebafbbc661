import type { WantedRange } from './byte-range.ts';
import { SparseFile } from './sparse-file.ts';

/** The bytes in memory don't suffice: this range is needed too. It never begins at a byte that is in memory. */
export interface Need extends WantedRange {
  readonly kind: 'need';
}

export interface InspectOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called by an inspection that has to wait for its turn: until what it returns is disposed of, the time doesn't
   * count. That others are slow says nothing about this file.
   */
  readonly suspendDeadline?: (() => Disposable) | undefined;
}

/**
 * What the bytes in memory say about a file, or which further range would say it. Keeps nothing between calls, so the
 * file may grow after one.
 */
export type Inspect<Known> = (file: SparseFile, options: InspectOptions) => Promise<Known | Need>;

/**
 * The loop of every reader of media: fetch a range, inspect what is in memory, fetch the range that is needed next,
 * until there is an answer. It has no limits of its own: `fetch` ends it by throwing.
 *
 * @param fetch adds the wanted range to the file, or as much of it as there is
 */
export async function readUntilKnown<Known extends { readonly kind: string }>(
  firstRange: WantedRange,
  fetch: (wanted: WantedRange, file: SparseFile) => Promise<void> | void,
  inspect: (file: SparseFile) => Promise<Known | Need>,
): Promise<Exclude<Known, Need>> {
  const file = new SparseFile();
  let wanted = firstRange;
  while (true) {
    await fetch(wanted, file);
    const answer = await inspect(file);
    if (!isNeed(answer)) return answer as Exclude<Known, Need>;
    wanted = answer;
  }
}

export function isNeed(answer: { readonly kind: string }): answer is Need {
  return answer.kind === 'need';
}

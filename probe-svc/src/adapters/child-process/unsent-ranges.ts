import type { ByteRange, SparseFile } from '@vigie/media-source';

/** Which ranges of a file that grows were not handed over yet. */
export class UnsentRanges {
  /** How many bytes of each range were handed over, by its offset. A range may grow at its end, and never moves. */
  readonly #sentBytes = new Map<number, number>();

  take({ ranges }: SparseFile): ByteRange[] {
    const unsent: ByteRange[] = [];
    for (const { offset, bytes } of ranges) {
      const sentBytes = this.#sentBytes.get(offset) ?? 0;
      if (sentBytes === bytes.length) continue;
      unsent.push({ offset: offset + sentBytes, bytes: bytes.subarray(sentBytes) });
      this.#sentBytes.set(offset, bytes.length);
    }
    return unsent;
  }
}

import type { ByteRange } from './byte-range.ts';

/** Small pieces that follow each other are gathered into blocks of this size; larger ones are kept as they came. */
const BLOCK_BYTES = 32 * 1024;

interface HeldRange extends ByteRange {
  bytes: Uint8Array;
  /** Memory that `bytes` is a part of, with room for more, where pieces are being gathered. */
  block?: Uint8Array;
}

/**
 * The part of a remote file that is in memory: ranges in order that never overlap. Ranges that touch stay apart,
 * because the probe asks for longer ones the more there are.
 */
export class SparseFile {
  /** The file's true size; `null` while it is unknown. */
  sizeBytes: number | null = null;
  readonly #ranges: HeldRange[] = [];
  #heldBytes = 0;

  get ranges(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Keeps those of the bytes that weren't there yet, without a copy unless they are few; how many they were. */
  add(offset: number, bytes: Uint8Array): number {
    const heldBefore = this.#heldBytes;
    const end = offset + bytes.length;
    let position = offset;
    let index = this.#firstEndingAfter(offset);
    while (position < end) {
      const next = this.#ranges[index];
      const gapEnd = next === undefined ? end : Math.min(end, next.offset);
      if (gapEnd > position) index += this.#insert(index, position, bytes.subarray(position - offset, gapEnd - offset));
      position = Math.max(gapEnd, next === undefined ? end : endOf(next));
      index++;
    }
    return this.#heldBytes - heldBefore;
  }

  /** Whether every byte from `begin` to `end` (exclusive) is in memory, or lies past the end of the file. */
  covers(begin: number, end: number): boolean {
    const last = Math.min(end, this.sizeBytes ?? end);
    let position = begin;
    for (let index = this.#firstEndingAfter(begin); position < last; index++) {
      const range = this.#ranges[index];
      if (range === undefined || range.offset > position) return false;
      position = endOf(range);
    }
    return true;
  }

  /** How many ranges were added at `index`: none if the one before took the bytes. */
  #insert(index: number, offset: number, bytes: Uint8Array): number {
    this.#heldBytes += bytes.length;
    const before = this.#ranges[index - 1];
    if (before !== undefined && endOf(before) === offset && gather(before, bytes)) return 0;
    this.#ranges.splice(index, 0, { offset, bytes });
    return 1;
  }

  /** Index of the first range that ends after `offset`. */
  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (endOf(this.#ranges[middle] as HeldRange) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function endOf(range: ByteRange): number {
  return range.offset + range.bytes.length;
}

function gather(range: HeldRange, bytes: Uint8Array): boolean {
  const length = range.bytes.length + bytes.length;
  if (length > BLOCK_BYTES) return false;
  if (range.block === undefined) {
    range.block = new Uint8Array(BLOCK_BYTES);
    range.block.set(range.bytes);
  }
  range.block.set(bytes, range.bytes.length);
  range.bytes = range.block.subarray(0, length);
  return true;
}

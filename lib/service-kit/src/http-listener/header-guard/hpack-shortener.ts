import { Http2ProtocolError } from './http2-protocol-error.ts';

/** Of a name or a value as coded by HPACK. nghttp2 takes four times as much: its `NGHTTP2_HD_MAX_NV`. */
const MAX_STRING_BYTES = 16_384;
/** Of the decoder's table: the default of SETTINGS_HEADER_TABLE_SIZE, which Node's servers keep. */
const TABLE_BYTES = 4_096;
/**
 * The longest block that is kept: more CONTINUATION frames than nghttp2 takes are needed for more.
 * https://nghttp2.org/documentation/nghttp2_option_set_max_continuations.html
 */
const MAX_BLOCK_BYTES = 9 * 16_384;
/** Of an integer that fits in 32 bits. */
const MAX_INTEGER_BYTES = 6;
const INDEXED = 0x80;
const LITERAL_WITH_INDEXING = 0x40;
const SIZE_UPDATE = 0x20;
const HUFFMAN = 0x80;

type Expected =
  | { readonly kind: 'field' }
  /** An integer of which nothing but its end matters; `strings` follow it. */
  | { readonly kind: 'integer'; readonly strings: number }
  /** The length of a string; so many strings are still to come, this one included. */
  | { readonly kind: 'length'; readonly strings: number; readonly bytes: readonly number[] }
  | { readonly kind: 'string'; readonly strings: number; readonly remaining: number; readonly isKept: boolean };

/**
 * Copies a block of headers in HPACK without its long strings: each is replaced by a shorter one, the first by one that
 * is just longer than all headers may be together, so that the call is refused.
 *
 * To the table of the decoder long and shorter ones are alike: an entry larger than the whole table empties it and is
 * not added. A string whose code takes 16 KiB is at least 4,369 characters long, as no character takes more than 30
 * bits. https://www.rfc-editor.org/rfc/rfc7541#section-4.4
 */
export class HpackShortener {
  #kept = Buffer.alloc(2 * MAX_STRING_BYTES);
  #keptBytes = 0;
  /** What the next string that is too long is replaced by. */
  #filler: string;
  #expected: Expected = { kind: 'field' };

  /** @param maxHeaderBytes 8 to 32 KiB */
  constructor(maxHeaderBytes: number) {
    this.#filler = 'x'.repeat(maxHeaderBytes + 1);
  }

  /** @throws Http2ProtocolError if the block is too long even without its long strings, or malformed */
  write(bytes: Buffer): void {
    let position = 0;
    while (position < bytes.byteLength) {
      const expected = this.#expected;
      if (expected.kind === 'string') {
        const end = Math.min(bytes.byteLength, position + expected.remaining);
        if (expected.isKept) this.#keep(bytes.subarray(position, end));
        const remaining = expected.remaining - (end - position);
        this.#expected = remaining > 0 ? { ...expected, remaining } : afterString(expected.strings);
        position = end;
        continue;
      }
      const byte = bytes[position++] as number;
      if (expected.kind === 'length') {
        this.#readLength(expected, byte);
        continue;
      }
      this.#keepByte(byte);
      if (expected.kind === 'field') this.#expected = afterFirstByte(byte);
      else if (byte < 0x80) this.#expected = beforeStrings(expected.strings);
    }
  }

  /** @throws Http2ProtocolError if the block ends in the middle of a field */
  end(): Buffer {
    if (this.#expected.kind !== 'field') throw new Http2ProtocolError('A block of headers ends in the middle.');
    return this.#kept.subarray(0, this.#keptBytes);
  }

  #readLength({ strings, bytes }: Expected & { kind: 'length' }, byte: number): void {
    const all = [...bytes, byte];
    const isComplete = all.length === 1 ? (byte & 0x7f) !== 0x7f : byte < 0x80;
    if (!isComplete) {
      if (all.length === MAX_INTEGER_BYTES) throw new Http2ProtocolError('A header is longer than any can be.');
      this.#expected = { kind: 'length', strings, bytes: all };
      return;
    }
    const remaining = decodeInteger(all);
    const isKept = remaining <= MAX_STRING_BYTES;
    if (isKept) {
      for (const each of all) this.#keepByte(each);
    } else {
      for (const each of encodeLength(this.#filler.length)) this.#keepByte(each);
      this.#keep(Buffer.from(this.#filler));
      // One is enough to have the call refused.
      this.#filler = 'x'.repeat(TABLE_BYTES + 1);
    }
    this.#expected = remaining === 0 ? afterString(strings) : { kind: 'string', strings, remaining, isKept };
  }

  #keep(bytes: Buffer): void {
    this.#makeRoom(bytes.byteLength);
    this.#kept.set(bytes, this.#keptBytes);
    this.#keptBytes += bytes.byteLength;
  }

  #keepByte(byte: number): void {
    this.#makeRoom(1);
    this.#kept[this.#keptBytes++] = byte;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#keptBytes + bytes;
    if (needed > MAX_BLOCK_BYTES) throw new Http2ProtocolError('A block of headers is too long.');
    if (needed <= this.#kept.byteLength) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#kept.byteLength));
    larger.set(this.#kept);
    this.#kept = larger;
  }
}

/** By the first byte of a field: https://www.rfc-editor.org/rfc/rfc7541#section-6 */
function afterFirstByte(byte: number): Expected {
  if ((byte & INDEXED) !== 0) return afterPrefix(byte, 0x7f, 0);
  if ((byte & LITERAL_WITH_INDEXING) !== 0) return afterPrefix(byte, 0x3f, (byte & 0x3f) === 0 ? 2 : 1);
  if ((byte & SIZE_UPDATE) !== 0) return afterPrefix(byte, 0x1f, 0);
  return afterPrefix(byte, 0x0f, (byte & 0x0f) === 0 ? 2 : 1);
}

/** An integer goes on behind its prefix if that is all ones. */
function afterPrefix(byte: number, mask: number, strings: number): Expected {
  return (byte & mask) === mask ? { kind: 'integer', strings } : beforeStrings(strings);
}

function beforeStrings(strings: number): Expected {
  return strings === 0 ? { kind: 'field' } : { kind: 'length', strings, bytes: [] };
}

function afterString(strings: number): Expected {
  return beforeStrings(strings - 1);
}

/** https://www.rfc-editor.org/rfc/rfc7541#section-5.1, with a prefix of 7 bits. */
function decodeInteger([first = 0, ...more]: readonly number[]): number {
  return more.reduce((value, byte, index) => value + (byte & 0x7f) * 128 ** index, first & ~HUFFMAN);
}

function encodeLength(length: number): readonly number[] {
  if (length < 0x7f) return [length];
  const bytes = [0x7f];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80);
  return [...bytes, rest];
}

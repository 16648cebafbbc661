import { HpackShortener } from './hpack-shortener.ts';
import { Http2ProtocolError } from './http2-protocol-error.ts';

/** https://www.rfc-editor.org/rfc/rfc9113#section-4.1 */
const FRAME_HEAD_BYTES = 9;
const HEADERS = 0x1;
const CONTINUATION = 0x9;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;
const PREFACE_BYTES = 24;
/** The default of SETTINGS_MAX_FRAME_SIZE, which Node's servers keep. */
const MAX_FRAME_BYTES = 16_384;
const PRIORITY_BYTES = 5;
/** Of a block, which fills 9 if they are full: a flood of empty ones costs time (CVE-2024-27316). */
const MAX_FRAMES = 64;

interface FrameHead {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

/** A block of headers that continues behind its first frame. */
interface OpenBlock {
  readonly streamId: number;
  readonly flags: number;
  readonly shortener: HpackShortener;
  frames: number;
}

/**
 * nghttp2 ends a connection, with all calls on it, for one header field of more than 64 KiB (COMPRESSION_ERROR): its
 * limit is fixed, and comes before that on the size of all headers, which costs the one call. This filter sits between
 * the socket and nghttp2 and replaces a string that is too long by one that is just longer than all headers may be
 * together, which is then refused for that call alone.
 *
 * Only a block of headers that fills more than one frame can hold such a string. Everything else passes as it is.
 */
export class HeaderBlockFilter {
  readonly #maxHeaderBytes: number;
  /** Bytes of the preface, or of a frame's payload, that still pass. */
  #passing = PREFACE_BYTES;
  /** The beginning of a frame's head of which the rest is still to come. */
  #partialHead = Buffer.alloc(0);
  #block: OpenBlock | undefined;
  /** The frame of the block whose payload is being read. */
  #fragment: { readonly head: FrameHead; payload: Buffer } | undefined;

  /** @param maxHeaderBytes the SETTINGS_MAX_HEADER_LIST_SIZE of the server: 8 to 32 KiB */
  constructor(maxHeaderBytes: number) {
    this.#maxHeaderBytes = maxHeaderBytes;
  }

  /** Whether a block of headers has begun that fills more than one frame, and has not ended. */
  get isInBlock(): boolean {
    return this.#block !== undefined;
  }

  /**
   * The bytes to hand on once these have come.
   *
   * @throws Http2ProtocolError
   */
  filter(chunk: Buffer): readonly Buffer[] {
    const result: Buffer[] = [];
    let rest = chunk;
    /** How many of the first bytes of `rest` pass. */
    let passed = 0;
    const handOn = (): void => {
      if (passed > 0) result.push(rest.subarray(0, passed));
      rest = rest.subarray(passed);
      passed = 0;
    };
    while (passed < rest.byteLength) {
      if (this.#fragment !== undefined) {
        handOn();
        rest = this.#readFragment(this.#fragment, rest, result);
        continue;
      }
      if (this.#passing > 0) {
        const count = Math.min(this.#passing, rest.byteLength - passed);
        this.#passing -= count;
        passed += count;
        continue;
      }
      const missing = FRAME_HEAD_BYTES - this.#partialHead.byteLength;
      const begin = rest.subarray(passed, passed + missing);
      const headBytes = this.#partialHead.byteLength === 0 ? begin : Buffer.concat([this.#partialHead, begin]);
      if (headBytes.byteLength < FRAME_HEAD_BYTES) {
        this.#partialHead = Buffer.from(headBytes);
        handOn();
        return result;
      }
      const head = parseHead(headBytes);
      if (this.#takesOver(head)) {
        handOn();
        rest = rest.subarray(begin.byteLength);
        this.#fragment = { head, payload: Buffer.alloc(0) };
        if (head.length === 0) rest = this.#readFragment(this.#fragment, rest, result);
      } else if (this.#partialHead.byteLength > 0) {
        handOn();
        result.push(headBytes);
        rest = rest.subarray(begin.byteLength);
        this.#passing = head.length;
      } else {
        passed += FRAME_HEAD_BYTES;
        this.#passing = head.length;
      }
      this.#partialHead = Buffer.alloc(0);
    }
    handOn();
    return result;
  }

  /** Whether the frame is part of a block of several; the filter writes the frames of such a block itself. */
  #takesOver({ type, flags, streamId, length }: FrameHead): boolean {
    if (this.#block !== undefined) {
      if (type !== CONTINUATION || streamId !== this.#block.streamId || length > MAX_FRAME_BYTES) {
        throw new Http2ProtocolError('A block of headers was interrupted.');
      }
      if (++this.#block.frames > MAX_FRAMES) throw new Http2ProtocolError('A block of headers has too many frames.');
      return true;
    }
    if (type !== HEADERS || (flags & END_HEADERS) !== 0 || length > MAX_FRAME_BYTES) return false;
    this.#block = { streamId, flags, shortener: new HpackShortener(this.#maxHeaderBytes), frames: 1 };
    return true;
  }

  /** Returns what comes behind the fragment. */
  #readFragment(fragment: { readonly head: FrameHead; payload: Buffer }, bytes: Buffer, result: Buffer[]): Buffer {
    const { head } = fragment;
    const missing = head.length - fragment.payload.byteLength;
    fragment.payload = Buffer.concat([fragment.payload, bytes.subarray(0, missing)]);
    if (fragment.payload.byteLength < head.length) return bytes.subarray(missing);
    this.#fragment = undefined;
    const block = this.#block as OpenBlock;
    block.shortener.write(withoutPadding(head, fragment.payload));
    if ((head.flags & END_HEADERS) !== 0) {
      this.#block = undefined;
      result.push(...blockFrames(block));
    }
    return bytes.subarray(missing);
  }
}

function parseHead(bytes: Buffer): FrameHead {
  return {
    length: bytes.readUIntBE(0, 3),
    type: bytes.readUInt8(3),
    flags: bytes.readUInt8(4),
    streamId: bytes.readUInt32BE(5) & 0x7fff_ffff,
  };
}

/** The part of a HEADERS frame's payload that is headers: https://www.rfc-editor.org/rfc/rfc9113#section-6.2 */
function withoutPadding({ type, flags }: FrameHead, payload: Buffer): Buffer {
  if (type !== HEADERS) return payload;
  const isPadded = (flags & PADDED) !== 0;
  const padding = isPadded ? (payload[0] ?? 0) : 0;
  const start = (isPadded ? 1 : 0) + ((flags & PRIORITY) !== 0 ? PRIORITY_BYTES : 0);
  if (start + padding > payload.byteLength) throw new Http2ProtocolError('A frame is shorter than its padding.');
  return payload.subarray(start, payload.byteLength - padding);
}

function blockFrames({ streamId, flags, shortener }: OpenBlock): readonly Buffer[] {
  const block = shortener.end();
  const frames: Buffer[] = [];
  for (let start = 0; start === 0 || start < block.byteLength; start += MAX_FRAME_BYTES) {
    const fragment = block.subarray(start, start + MAX_FRAME_BYTES);
    const endHeaders = start + MAX_FRAME_BYTES >= block.byteLength ? END_HEADERS : 0;
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    head.writeUIntBE(fragment.byteLength, 0, 3);
    head.writeUInt8(start === 0 ? HEADERS : CONTINUATION, 3);
    head.writeUInt8(endHeaders | (start === 0 ? flags & END_STREAM : 0), 4);
    head.writeUInt32BE(streamId, 5);
    frames.push(head, fragment);
  }
  return frames;
}

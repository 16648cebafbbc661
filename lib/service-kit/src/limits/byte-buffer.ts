/**
 * Bytes that arrive in pieces and are taken in others. Pieces are copied together: kept by itself, one of a single byte
 * takes a hundred on the heap.
 */
export class ByteBuffer {
  #memory: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** Whether the memory behind the bytes may be written to. */
  #isOwn = false;
  #expected = 0;

  get size(): number {
    return this.#end - this.#start;
  }

  /** Says how many bytes there will be before they are taken, so that the memory for them is allocated once. */
  expect(bytes: number): void {
    this.#expected = bytes;
  }

  /** The first piece is kept as it is, so it must not change. */
  append(piece: Buffer): void {
    if (this.size === 0) {
      this.#memory = piece;
      this.#start = 0;
      this.#end = piece.byteLength;
      this.#isOwn = false;
      return;
    }
    if (this.#end + piece.byteLength > this.#memory.byteLength || !this.#isOwn) this.#grow(piece.byteLength);
    this.#end += piece.copy(this.#memory, this.#end);
  }

  /** The first bytes, which stay. @param bytes at most `size` */
  peek(bytes: number): Buffer {
    return this.#memory.subarray(this.#start, this.#start + bytes);
  }

  /** Takes the first bytes away. They share memory with the buffer, which never writes there again. */
  take(bytes: number): Buffer {
    const taken = this.peek(bytes);
    this.#start += taken.byteLength;
    return taken;
  }

  #grow(bytes: number): void {
    const rest = this.peek(this.size);
    const needed = rest.byteLength + bytes;
    this.#memory = Buffer.allocUnsafeSlow(
      needed <= this.#expected ? this.#expected : Math.max(needed, 2 * rest.byteLength),
    );
    this.#end = rest.copy(this.#memory);
    this.#start = 0;
    this.#isOwn = true;
  }
}

/** Takes a window out of a body that streams by: what lies before it is dropped, what follows it is not waited for. */
export class BodyWindow {
  readonly #skipBytes: number;
  readonly #keepBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #receivedBytes = 0;
  #keptBytes = 0;

  constructor(skipBytes: number, keepBytes: number) {
    this.#skipBytes = skipBytes;
    this.#keepBytes = keepBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get full(): boolean {
    return this.#keptBytes === this.#keepBytes;
  }

  push(chunk: Uint8Array): void {
    const begin = Math.max(0, this.#skipBytes - this.#receivedBytes);
    const end = Math.min(chunk.length, begin + this.#keepBytes - this.#keptBytes);
    this.#receivedBytes += chunk.length;
    if (begin >= end) return;
    this.#keptBytes += end - begin;
    this.#chunks.push(begin === 0 && end === chunk.length ? chunk : chunk.subarray(begin, end));
  }

  /** The window's bytes so far; a copy only if they came in several pieces. */
  bytes(): Uint8Array {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : Buffer.concat(this.#chunks, this.#keptBytes);
  }
}

import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK_BYTES = 256 * 1024;

/** Reads the lines that are added to a file, each once. */
export class FileTail {
  readonly #file: string;
  #positionBytes: number;
  #decoder = new StringDecoder();
  #unfinishedLine = '';

  constructor(file: string, fromBytes: number) {
    this.#file = file;
    this.#positionBytes = fromBytes;
  }

  /** @returns the whole lines written since the last call */
  read(): string[] {
    if (!existsSync(this.#file)) return [];
    const fd = openSync(this.#file, 'r');
    try {
      // The file was rotated: this is a new one.
      if (fstatSync(fd).size < this.#positionBytes) this.#positionBytes = 0;
      return this.#takeLines(this.#readRest(fd));
    } finally {
      closeSync(fd);
    }
  }

  #readRest(fd: number): string {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let text = '';
    while (true) {
      const count = readSync(fd, chunk, 0, CHUNK_BYTES, this.#positionBytes);
      if (count === 0) return text;
      this.#positionBytes += count;
      text += this.#decoder.write(chunk.subarray(0, count));
    }
  }

  #takeLines(text: string): string[] {
    const lines = (this.#unfinishedLine + text).split('\n');
    this.#unfinishedLine = lines.pop() ?? '';
    return lines;
  }
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The same plain reads for every contender of this process, so that the difference is theirs and not the thread pool's.
 */
export class LocalFile implements Disposable {
  readonly sizeBytes: number;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.sizeBytes = fstatSync(this.#descriptor).size;
  }

  read(offset: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(lengthBytes, this.sizeBytes - offset));
    readSync(this.#descriptor, bytes, 0, bytes.length, offset);
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

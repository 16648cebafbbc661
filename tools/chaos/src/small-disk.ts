import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SIZE = '768m';
const PIECE = new Uint8Array(1024 * 1024);

/** A disk that can be filled: a tmpfs of its own. */
export class SmallDisk implements AsyncDisposable {
  readonly dir: string;
  readonly #ballast: string;

  /** @returns undefined if this process may not mount */
  static async mount(dir: string): Promise<SmallDisk | undefined> {
    await mkdir(dir, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'vigie-chaos', dir]);
      return new SmallDisk(dir);
    } catch {
      return undefined;
    }
  }

  private constructor(dir: string) {
    this.dir = dir;
    this.#ballast = path.join(dir, 'ballast');
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    const ballast = await open(this.#ballast, 'a');
    try {
      while (true) await ballast.write(PIECE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await ballast.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily: a process may still have a file open there.
    await run('umount', ['--lazy', this.dir]);
  }
}

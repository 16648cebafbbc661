import { execFile } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { temporaryDir } from './temporary-dir.ts';

const CHUNK_BYTES = 64 * 1024;

/** A file system of its own, in memory, that is soon full. Only root can make one. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;
  readonly #ballast: string;
  readonly #mounted: AsyncDisposableStack;

  /** Why this user can't have one on this machine, if so: the reason to skip a test. */
  static async whyNot(): Promise<string | undefined> {
    try {
      await using _disk = await SmallDisk.mount(CHUNK_BYTES);
      return undefined;
    } catch (error) {
      return (error as Error).message.trim().split('\n').at(-1);
    }
  }

  static async mount(sizeBytes: number): Promise<SmallDisk> {
    await using stack = new AsyncDisposableStack();
    const dir = stack.use(await temporaryDir());
    const options = `size=${sizeBytes},mode=755`;
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir.path]);
    // Lazily: a process that was killed may hold a file for an instant longer.
    stack.defer(async () => void (await promisify(execFile)('umount', ['--lazy', dir.path])));
    return new SmallDisk(dir.path, stack.move());
  }

  private constructor(dir: string, mounted: AsyncDisposableStack) {
    this.path = dir;
    this.#ballast = path.join(dir, 'ballast');
    this.#mounted = mounted;
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    await using file = await open(this.#ballast, 'a');
    while ((await statfs(this.path)).bavail > 0) {
      const written = await file.write(Buffer.alloc(CHUNK_BYTES)).catch(error => {
        if (error.code === 'ENOSPC') return undefined;
        throw error;
      });
      if (written === undefined) return;
    }
  }

  /** Takes back what `fill` took. */
  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#mounted.disposeAsync();
  }
}

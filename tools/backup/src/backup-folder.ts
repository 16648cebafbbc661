import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import { FORMAT, MANIFEST_FILE, type Manifest, readManifest } from './manifest.ts';

/** As `sha256sum` writes it, so that `sha256sum --check SHA256SUMS` verifies a backup too. It is written last. */
const SUMS_FILE = 'SHA256SUMS';

/**
 * A backup that is being written: in a folder with a hidden name, which gets its own name once everything is on disk.
 * So whatever ends the process, a half backup is never taken for a whole one.
 */
export class NewBackup implements AsyncDisposable {
  readonly #making: string;
  readonly #dir: string;
  readonly #sums = new Map<string, string>();
  bytes = 0;

  /** @param to is made if it isn't there, and may have other backups */
  static async begin(to: string, begunAt: Date): Promise<NewBackup> {
    const name = begunAt
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replaceAll(':', '-');
    const backup = new NewBackup(path.resolve(to), name);
    backup.#refuseToOverwrite();
    await mkdir(backup.#making, { recursive: true });
    return backup;
  }

  private constructor(to: string, name: string) {
    this.#dir = path.join(to, name);
    this.#making = path.join(to, `.${name}.making-${process.pid}`);
  }

  /** @returns its bytes on disk */
  async write(file: string, content: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<number> {
    const target = path.join(this.#making, file);
    await mkdir(path.dirname(target), { recursive: true });
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        done(null, chunk);
      },
    });
    // `flush`: synced before it is closed.
    await pipeline(content, measure, createWriteStream(target, { flush: true, flags: 'wx' }));
    this.#sums.set(file, hash.digest('hex'));
    this.bytes += bytes;
    return bytes;
  }

  /** Forgets all that was written. */
  async clear(): Promise<void> {
    await rm(this.#making, { recursive: true });
    await mkdir(this.#making);
    this.#sums.clear();
    this.bytes = 0;
  }

  /** @returns the folder of the backup */
  async finish(manifest: Manifest): Promise<string> {
    await this.write(MANIFEST_FILE, [Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)]);
    const lines = Array.from(this.#sums, ([file, sum]) => `${sum}  ${file}\n`);
    await this.write(SUMS_FILE, [Buffer.from(lines.join(''))]);
    for (const file of await readdir(this.#making, { recursive: true, withFileTypes: true })) {
      if (file.isDirectory()) await syncDir(path.join(file.parentPath, file.name));
    }
    await syncDir(this.#making);
    this.#refuseToOverwrite();
    await rename(this.#making, this.#dir);
    await syncDir(path.dirname(this.#dir));
    return this.#dir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#making, { recursive: true, force: true });
  }

  #refuseToOverwrite(): void {
    if (existsSync(this.#dir)) throw new BackupError(`${this.#dir} is there already. Nothing is overwritten.`);
  }
}

/**
 * Reads a backup, every byte of which is held against its hash first.
 *
 * @throws BackupError naming what is missing or was changed
 */
export async function readBackup(dir: string): Promise<Manifest> {
  for (const [file, expected] of await readSums(dir)) {
    const actual = await hashOf(path.join(dir, file)).catch(cause => {
      throw new BackupError(`${dir} is damaged: ${file} can't be read: ${cause.message}`, { cause });
    });
    if (actual !== expected) throw new BackupError(`${dir} is damaged: ${file} is not what was written.`);
  }
  const manifest: Manifest = JSON.parse(await readFile(path.join(dir, MANIFEST_FILE), 'utf8'));
  if (manifest.format > FORMAT) {
    throw new BackupError(`${dir} was written by a later Vigie (format ${manifest.format}): restore it with that one.`);
  }
  return readManifest(manifest);
}

/** Of the whole folder on disk. */
export async function bytesOf(dir: string): Promise<number> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter(file => file.isFile());
  const sizes = await Promise.all(files.map(async file => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readSums(dir: string): Promise<[file: string, sum: string][]> {
  const text = await readFile(path.join(dir, SUMS_FILE), 'utf8').catch(async () => {
    throw new BackupError(await explainNoBackup(dir));
  });
  const entries = text.split('\n').filter(line => line !== '');
  const sums = entries.map((line): [string, string] => {
    const [, sum, file] = /^([0-9a-f]{64}) {2}([\w./-]+)$/.exec(line) ?? [];
    if (sum === undefined || file === undefined) throw new BackupError(`${dir} is damaged: ${SUMS_FILE} is no list.`);
    return [file, sum];
  });
  if (!sums.some(([file]) => file === MANIFEST_FILE)) {
    throw new BackupError(`${dir} is damaged: ${SUMS_FILE} doesn't name ${MANIFEST_FILE}.`);
  }
  return sums;
}

async function explainNoBackup(dir: string): Promise<string> {
  const names = await readdir(dir).catch(() => undefined);
  if (names === undefined) return `There is no folder ${dir}.`;
  const backups = names.filter(name => existsSync(path.join(dir, name, SUMS_FILE)) && !name.startsWith('.'));
  if (backups.length === 0) return `${dir} is no complete backup: it has no ${SUMS_FILE}.`;
  return `${dir} has several backups. Name one:\n${backups
    .toSorted()
    .map(name => `  ${path.join(dir, name)}\n`)
    .join('')}`;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** A name that is new in a folder survives a power cut once the folder is synced. */
async function syncDir(dir: string): Promise<void> {
  await using handle = await open(dir);
  await handle.sync();
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { AlertArchive } from '../../ports/alert-archive.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** A file that has lost a byte says so when it is read (RFC 8878, 3.1.1). */
const OPTIONS = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/**
 * `<dir>/<year>/<month>/alerts-<time of the first row>-<random>.ndjson.zst`: a row a line, as JSON keyed by column.
 * What has this name is whole: it is written under another one first.
 */
export class FileAlertArchive implements AlertArchive {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async write(receivedAt: Date, rows: readonly string[]): Promise<string> {
    const [year = '', month = ''] = receivedAt.toISOString().split('-');
    const time = receivedAt.toISOString().replace(/[-:]|\.\d+/g, '');
    const name = path.posix.join(year, month, `alerts-${time}-${randomUUID().slice(0, 8)}.ndjson.zst`);
    const target = path.join(this.#dir, name);
    const folder = path.dirname(target);
    await mkdir(folder, { recursive: true });
    await writeToDisk(`${target}.part`, await compress(Buffer.from(`${rows.join('\n')}\n`), OPTIONS));
    await rename(`${target}.part`, target);
    for (const each of [folder, path.dirname(folder), this.#dir]) await syncFolder(each);
    return name;
  }

  /**
   * The rows of a file, as they were given.
   *
   * @throws Error if there is no such file, or it is damaged
   */
  async read(name: string): Promise<readonly string[]> {
    const text = (await decompress(await readFile(path.join(this.#dir, name)))).toString();
    return text.split('\n').filter(line => line !== '');
  }
}

async function writeToDisk(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'w');
  await handle.writeFile(bytes);
  await handle.sync();
}

/** So that the names in it are on disk too. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

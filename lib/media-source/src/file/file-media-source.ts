import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import type { WantedRange } from '../byte-range.ts';
import {
  MediaChangedError,
  type MediaReader,
  type MediaSlice,
  type MediaSource,
  MediaSourceError,
  type ReadOptions,
} from '../media-source.ts';

/** Videos on this machine's own disks; a range counts as a request. */
export class FileMediaSource implements MediaSource {
  readonly #directory: string;

  /** @param directory where names that don't begin at the root do */
  constructor(directory: string) {
    this.#directory = directory;
  }

  open(video: string, options: ReadOptions): MediaReader {
    return new FileMediaReader(path.resolve(this.#directory, video), options);
  }
}

/** Opens the file for each range, so that nothing has to be closed and a file that is replaced is noticed. */
class FileMediaReader implements MediaReader {
  readonly #file: string;
  readonly #options: ReadOptions;
  #version: string | undefined;

  constructor(file: string, options: ReadOptions) {
    this.#file = file;
    this.#options = options;
  }

  async read(range: WantedRange): Promise<MediaSlice> {
    const { meter, signal } = this.#options;
    signal.throwIfAborted();
    meter.requests++;
    const slice = await this.#readRange(range).catch(error => {
      throw isOurOwn(error) ? error : toSourceError(error, this.#file);
    });
    signal.throwIfAborted();
    meter.bytesRead += slice.costBytes;
    return slice;
  }

  async #readRange(range: WantedRange): Promise<MediaSlice> {
    // Without O_NONBLOCK a named pipe would hold a thread until somebody writes to it.
    await using file = await open(this.#file, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size, mtimeMs } = await this.#checkVersion(file);
    const sizeBytes = Number(size);
    const bytes = await readFully(file, range, sizeBytes);
    return { bytes, sizeBytes, costBytes: bytes.length, unchangedForMs: Math.max(0, Date.now() - Number(mtimeMs)) };
  }

  async #checkVersion(file: FileHandle): Promise<BigIntStats> {
    const stat = await file.stat({ bigint: true });
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a folder' : 'no regular file';
      throw new MediaSourceError('NOT_FOUND', `this is ${what}`);
    }
    const version = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
    this.#version ??= version;
    if (version !== this.#version) throw new MediaChangedError('the file was replaced while it was read');
    return stat;
  }
}

async function readFully(file: FileHandle, range: WantedRange, sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(range.lengthBytes, sizeBytes - range.offset)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, range.offset + filled);
    if (bytesRead === 0) throw new MediaChangedError('the file was cut while it was read');
    filled += bytesRead;
  }
  return bytes;
}

const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

const EXPLANATIONS: Readonly<Record<string, string>> = {
  EACCES: 'the file may not be read by this user: change the permissions of it and of the folders above',
  EPERM: 'the file may not be read by this user',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
};

/** In the place of bytes that are no UTF-8, of which Node makes no argument and no path. */
const REPLACEMENT_CHARACTER = '\ufffd';

function toSourceError(error: unknown, file: string): MediaSourceError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (MISSING.has(code)) {
    const isNoUtf8 = file.includes(REPLACEMENT_CHARACTER);
    const why = isNoUtf8 ? 'the name is no UTF-8: rename the file, or its folder' : 'there is no such file';
    return new MediaSourceError('NOT_FOUND', why, { cause: error });
  }
  return new MediaSourceError('UNREACHABLE', EXPLANATIONS[code] ?? `the file can't be read: ${message}`, {
    cause: error,
  });
}

function isOurOwn(error: unknown): boolean {
  return error instanceof MediaSourceError || error instanceof MediaChangedError;
}

import { open } from 'node:fs/promises';
import { type PosterOptions, poster } from '../ts/poster.ts';
import type { PosterAnswer } from '../ts/poster-answer.ts';
import type { ByteRange } from '../ts/probe.ts';

export interface FilePoster {
  readonly answer: Exclude<PosterAnswer, { kind: 'need' }>;
  /** What was read, in order. */
  readonly reads: readonly { readonly offset: number; readonly lengthBytes: number }[];
}

export interface FilePosterOptions extends PosterOptions {
  readonly firstRangeBytes?: number;
  /** As if the server did not say. */
  readonly hideSize?: boolean;
}

const MAX_REQUESTS = 64;

/** Runs the loop of posters and ranged reads over a local file. */
export async function posterOfFile(path: string, options: FilePosterOptions = {}): Promise<FilePoster> {
  await using file = await open(path);
  const trueSizeBytes = (await file.stat()).size;
  let sizeBytes = options.hideSize ? null : trueSizeBytes;
  const ranges: ByteRange[] = [];
  let next = { offset: 0, lengthBytes: options.firstRangeBytes ?? 32 * 1024 };
  while (ranges.length < MAX_REQUESTS) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(next.lengthBytes), 0, next.lengthBytes, next.offset);
    ranges.push({ offset: next.offset, bytes: buffer.subarray(0, bytesRead) });
    if (bytesRead < next.lengthBytes) sizeBytes ??= trueSizeBytes;
    const answer = await poster({ ranges, sizeBytes }, options);
    if (answer.kind !== 'need') {
      return { answer, reads: ranges.map(({ offset, bytes }) => ({ offset, lengthBytes: bytes.length })) };
    }
    next = answer;
  }
  throw new Error(`${path}: no answer after ${MAX_REQUESTS} requests`);
}

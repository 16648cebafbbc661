import { type FileHandle, open } from 'node:fs/promises';
import { type ByteRange, type ProbeOptions, probe } from '../ts/probe.ts';
import type { ProbeAnswer } from '../ts/probe-answer.ts';

export interface FileProbe {
  readonly answer: Exclude<ProbeAnswer, { kind: 'need' }>;
  readonly requests: number;
  readonly bytesRead: number;
  /** In the order they were asked for, as long as the file had them. */
  readonly ranges: readonly { readonly offset: number; readonly lengthBytes: number }[];
}

export interface FileProbeOptions extends ProbeOptions {
  readonly firstRangeBytes?: number;
  /** As if the server did not say. */
  readonly hideSize?: boolean;
}

const MAX_REQUESTS = 64;

/** Runs the loop of probes and ranged reads over a local file, as probe-svc does over HTTP. */
export async function probeFile(path: string, options: FileProbeOptions = {}): Promise<FileProbe> {
  await using file = await open(path);
  let sizeBytes = options.hideSize ? null : (await file.stat()).size;
  const ranges: ByteRange[] = [];
  let next = { offset: 0, lengthBytes: options.firstRangeBytes ?? 32 * 1024 };
  for (let requests = 1; requests <= MAX_REQUESTS; requests++) {
    const bytes = await readRange(file, next.offset, next.lengthBytes);
    ranges.push({ offset: next.offset, bytes });
    if (bytes.length < next.lengthBytes) sizeBytes ??= (await file.stat()).size;
    const answer = await probe({ ranges, sizeBytes }, options);
    if (answer.kind !== 'need') {
      const read = ranges.map(range => ({ offset: range.offset, lengthBytes: range.bytes.length }));
      return { answer, requests, bytesRead: read.reduce((sum, range) => sum + range.lengthBytes, 0), ranges: read };
    }
    next = answer;
  }
  throw new Error(`${path}: no answer after ${MAX_REQUESTS} requests`);
}

async function readRange(file: FileHandle, offset: number, lengthBytes: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(lengthBytes), 0, lengthBytes, offset);
  return buffer.subarray(0, bytesRead);
}

import { open } from 'node:fs/promises';
import { type Need, readUntilKnown, type SparseFile, type WantedRange } from '@vigie/media-source';

export interface FileReadOptions {
  readonly firstRangeBytes?: number;
  /** As if the server did not say it, until a read comes back short. */
  readonly hideSize?: boolean;
}

interface FileAnswer<Known> {
  readonly answer: Known;
  /** What was read, in order, as far as the file had it. */
  readonly reads: readonly WantedRange[];
}

const MAX_REQUESTS = 64;

/** The loop of ranged reads over a local file. */
export async function readFileUntilKnown<Known extends { readonly kind: string }>(
  path: string,
  { firstRangeBytes = 32 * 1024, hideSize = false }: FileReadOptions,
  inspect: (file: SparseFile) => Promise<Known | Need>,
): Promise<FileAnswer<Exclude<Known, Need>>> {
  await using file = await open(path);
  const { size } = await file.stat();
  const reads: WantedRange[] = [];
  const answer = await readUntilKnown(
    { offset: 0, lengthBytes: firstRangeBytes },
    async ({ offset, lengthBytes }, held) => {
      if (reads.length === MAX_REQUESTS) throw new Error(`${path}: no answer after ${MAX_REQUESTS} requests`);
      const { buffer, bytesRead } = await file.read(new Uint8Array(lengthBytes), 0, lengthBytes, offset);
      reads.push({ offset, lengthBytes: bytesRead });
      held.add(offset, buffer.subarray(0, bytesRead));
      if (!hideSize || bytesRead < lengthBytes) held.sizeBytes = size;
    },
    inspect,
  );
  return { answer, reads };
}

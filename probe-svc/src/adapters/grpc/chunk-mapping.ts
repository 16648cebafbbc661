import { InvalidAlertError } from '@vigie/alert';
import type { Chunk } from '@vigie/media-source';
import type { ProbeStreamRequest } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';

/**
 * @throws InvalidAlertError naming the field, for a number that no file can have, or a size that contradicts an earlier
 * one
 */
export async function* readChunks(requests: AsyncIterable<ProbeStreamRequest>): AsyncIterable<Chunk> {
  let known: number | null = null;
  for await (const { chunk, offset, totalSizeBytes } of requests) {
    const total = toNumber('total_size_bytes', totalSizeBytes);
    if (known !== null && total !== null && total !== known) {
      refuse('total_size_bytes', `must stay ${known}, as it was sent before`);
    }
    known = total ?? known;
    yield { bytes: chunk, offset: toNumber('offset', offset), totalSizeBytes: known };
  }
}

/** The largest offset at which a chunk of the largest message still counts exactly. */
const MAX_FILE_BYTES = 2 ** 52;

function toNumber(field: string, value: bigint | undefined): number | null {
  if (value === undefined) return null;
  if (value > MAX_FILE_BYTES) refuse(field, `must be at most ${MAX_FILE_BYTES}`);
  return Number(value);
}

function refuse(field: string, description: string): never {
  throw new InvalidAlertError([{ field, description }]);
}

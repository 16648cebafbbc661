import { InvalidAlertError } from '@vigie/alert';
import type { Chunk } from '@vigie/media-source';
import type { ProbeStreamRequest } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';

/** @throws InvalidAlertError for a size that contradicts an earlier one */
export async function* readChunks(requests: AsyncIterable<ProbeStreamRequest>): AsyncIterable<Chunk> {
  let known: number | null = null;
  for await (const { chunk, offset, totalSizeBytes } of requests) {
    const total = toNumber(totalSizeBytes);
    if (known !== null && total !== null && total !== known) {
      const description = `must stay ${known}, as it was sent before`;
      throw new InvalidAlertError([{ field: 'total_size_bytes', description }]);
    }
    known = total ?? known;
    yield { bytes: chunk, offset: toNumber(offset), totalSizeBytes: known };
  }
}

function toNumber(value: bigint | undefined): number | null {
  return value === undefined ? null : Number(value);
}

import type { Media } from '@vigie/alert';
import { type Need, readUntilKnown } from '@vigie/media-source';
import { probe } from '../ts/probe.ts';
import type { ProbeAnswer } from '../ts/probe-answer.ts';

export interface MemoryProbe {
  readonly media: Media;
  readonly requests: number;
  readonly bytesRead: number;
}

/**
 * Probes a file in memory by ranges, as probe-svc does over HTTP.
 *
 * @throws Error if the answer is a failure
 */
export async function probeBytes(bytes: Uint8Array): Promise<MemoryProbe> {
  let requests = 0;
  let bytesRead = 0;
  const answer: Exclude<ProbeAnswer, Need> = await readUntilKnown<ProbeAnswer>(
    { offset: 0, lengthBytes: 32 * 1024 },
    ({ offset, lengthBytes }, held) => {
      const range = bytes.subarray(offset, offset + lengthBytes);
      requests++;
      bytesRead += range.length;
      held.add(offset, range);
      held.sizeBytes = bytes.length;
    },
    file => probe(file),
  );
  if (answer.kind !== 'media') throw new Error([answer.code, answer.message, ...answer.diagnostics].join('; '));
  return { media: answer.media, requests, bytesRead };
}

import { type Chunk, type ChunkLimits, inspectChunks, ReadBudgetExceededError } from '@vigie/media-source';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';
import { toReadFailure } from './read-failure.ts';

/**
 * Learns what a video is from chunks as they come, and stops reading them as soon as it knows. `need`: the sender has
 * no more, and the answer lies in a range that it didn't send. Rejects with the signal's reason on abort, and with what
 * the chunks throw.
 */
export type ProbeChunks = (chunks: AsyncIterable<Chunk>, signal?: AbortSignal) => Promise<HeaderAnswer>;

export function createProbeChunks(headerProbe: HeaderProbe, limits: ChunkLimits): ProbeChunks {
  return async (chunks, signal) => {
    try {
      return await inspectChunks(chunks, (file, options) => headerProbe.probe(file, options), limits, signal);
    } catch (error) {
      if (error instanceof ReadBudgetExceededError) return { ...toReadFailure(error), diagnostics: [] };
      throw error;
    }
  };
}

import {
  type Chunk,
  type ChunkLimits,
  type Inspect,
  inspectChunks,
  type MemoryLimits,
  ReadBudgetExceededError,
} from '@vigie/media-source';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';
import { toReadFailure } from './read-failure.ts';

/**
 * Learns what a video is from chunks as they come, and stops reading them as soon as it knows. `need`: the sender has
 * no more, and the answer lies in a range that it didn't send. Rejects with the signal's reason on abort, and with what
 * the chunks throw.
 */
export type ProbeChunks = (chunks: AsyncIterable<Chunk>, signal?: AbortSignal) => Promise<HeaderAnswer>;

export function createProbeChunks(headerProbe: HeaderProbe, limits: ChunkLimits, memory?: MemoryLimits): ProbeChunks {
  const inspect: Inspect<HeaderAnswer> = (file, options) => headerProbe.probe(file, options);
  return async (chunks, signal) => {
    try {
      return await inspectChunks(chunks, inspect, limits, { signal, memory });
    } catch (error) {
      if (error instanceof ReadBudgetExceededError) return { ...toReadFailure(error), diagnostics: [] };
      throw error;
    }
  };
}

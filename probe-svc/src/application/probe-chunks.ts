import type { WantedRange } from '../domain/byte-range.ts';
import { HeaderBudgetExceededError } from '../domain/header-budget.ts';
import { SparseFile } from '../domain/sparse-file.ts';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';

export interface Chunk {
  readonly bytes: Uint8Array;
  /** Bytes from the file's start; `null`: right behind the chunk before it. */
  readonly offset: number | null;
  /** Size of the whole file; `null` if the sender doesn't say. */
  readonly totalSizeBytes: number | null;
}

export interface ProbeChunksLimits {
  /** Most bytes that are taken of one file. */
  readonly maxBytes: number;
  /** Of one look at the bytes. */
  readonly timeoutMs: number;
  readonly firstRangeBytes: number;
}

/**
 * Learns what a video is from chunks as they come, and stops reading them as soon as it knows. `need`: the sender has no
 * more, and the answer lies in a range that it didn't send. Rejects with the signal's reason on abort.
 *
 * @throws HeaderBudgetExceededError, and what the chunks throw
 */
export type ProbeChunks = (chunks: AsyncIterable<Chunk>, signal?: AbortSignal) => Promise<HeaderAnswer>;

/** Crumbs that don't touch can't be gathered; no honest sender makes so many of them. */
const MAX_RANGES = 4_096;

export function createProbeChunks(headerProbe: HeaderProbe, limits: ProbeChunksLimits): ProbeChunks {
  return async (chunks, signal) => {
    const file = new SparseFile();
    let wanted: WantedRange = { offset: 0, lengthBytes: limits.firstRangeBytes };
    let position = 0;
    for await (const chunk of chunks) {
      const offset = chunk.offset ?? position;
      position = offset + chunk.bytes.length;
      file.sizeBytes = chunk.totalSizeBytes ?? file.sizeBytes;
      file.add(offset, chunk.bytes);
      checkCost(file);
      // Before what is wanted is complete, another look would see no more than the last one.
      if (!file.covers(wanted.offset, wanted.offset + wanted.lengthBytes)) continue;
      const answer = await look(file, signal);
      if (answer.kind !== 'need') return answer;
      wanted = answer;
    }
    return look(file, signal);
  };

  function look(file: SparseFile, signal: AbortSignal | undefined): Promise<HeaderAnswer> {
    return headerProbe.probe(file, { timeoutMs: limits.timeoutMs, signal });
  }

  function checkCost({ heldBytes, ranges }: SparseFile): void {
    if (heldBytes > limits.maxBytes) {
      throw new HeaderBudgetExceededError(`the header doesn't lie in the first ${limits.maxBytes} bytes sent`);
    }
    if (ranges.length > MAX_RANGES) {
      throw new HeaderBudgetExceededError(`the file came in more than ${MAX_RANGES} pieces`);
    }
  }
}

import type { WantedRange } from './byte-range.ts';
import { FileMemory, type MemoryLimits } from './file-memory.ts';
import { ReadBudgetExceededError } from './read-budget.ts';
import { type Inspect, isNeed, type Need, readUntilKnown } from './read-until-known.ts';
import type { SparseFile } from './sparse-file.ts';

export interface Chunk {
  readonly bytes: Uint8Array;
  /** Bytes from the file's start; `null`: right after the chunk before it. */
  readonly offset: number | null;
  /** Size of the whole file; `null` if the sender doesn't say. */
  readonly totalSizeBytes: number | null;
}

export interface ChunkLimits {
  /** Most bytes that are kept of one file. */
  readonly maxBytes: number;
  /** Of one inspection. */
  readonly timeoutMs: number;
  readonly firstRangeBytes: number;
}

export interface InspectChunksOptions {
  readonly signal?: AbortSignal | undefined;
  /** Shared by all whose files are in memory at the same time; unlimited if absent. */
  readonly memory?: MemoryLimits | undefined;
}

/** Small chunks that don't touch can't be gathered; no honest sender makes so many of them. */
const MAX_RANGES = 4_096;

/**
 * Inspects a file whose chunks a sender pushes, and stops taking them as soon as there is an answer. A `Need` as the
 * result: the sender has no more, and the answer lies in a range that it didn't send. Rejects with the signal's reason
 * on abort.
 *
 * @throws ReadBudgetExceededError, and what the chunks throw
 */
export async function inspectChunks<Known extends { readonly kind: string }>(
  chunks: AsyncIterable<Chunk>,
  inspect: Inspect<Known>,
  limits: ChunkLimits,
  { signal, memory }: InspectChunksOptions = {},
): Promise<Known | Need> {
  using held = new FileMemory(memory);
  await using received = new ReceivedChunks(chunks, limits.maxBytes, held, signal);
  const { answer } = await readUntilKnown(
    { offset: 0, lengthBytes: limits.firstRangeBytes },
    (wanted, file) => received.addUntilCovered(wanted, file),
    async file => {
      const found = await inspect(file, { timeoutMs: limits.timeoutMs, signal });
      return received.ended || !isNeed(found) ? { kind: 'final' as const, answer: found } : found;
    },
  );
  return answer;
}

/** Disposing of it ends the sender's stream. */
class ReceivedChunks implements AsyncDisposable {
  ended = false;
  readonly #iterator: AsyncIterator<Chunk>;
  readonly #maxBytes: number;
  readonly #held: FileMemory;
  readonly #signal: AbortSignal | undefined;
  /** Where the last chunk ended, exclusive. */
  #position = 0;

  constructor(chunks: AsyncIterable<Chunk>, maxBytes: number, held: FileMemory, signal: AbortSignal | undefined) {
    this.#iterator = chunks[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
    this.#held = held;
    this.#signal = signal;
  }

  /**
   * Adds at least one chunk, unless the sender has no more: before that, another inspection would see no more than the
   * last.
   */
  async addUntilCovered({ offset, lengthBytes }: WantedRange, file: SparseFile): Promise<void> {
    do {
      const next = await this.#iterator.next();
      if (next.done) {
        this.ended = true;
        return;
      }
      await this.#makeRoomFor(next.value, file);
      this.#add(next.value, file);
    } while (!file.covers(offset, offset + lengthBytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#iterator.return?.();
  }

  async #makeRoomFor({ bytes }: Chunk, file: SparseFile): Promise<void> {
    if (this.#held.isTooSmallFor(file.heldBytes + bytes.length)) await this.#held.makeRoom(this.#signal);
  }

  #add(chunk: Chunk, file: SparseFile): void {
    const offset = chunk.offset ?? this.#position;
    this.#position = offset + chunk.bytes.length;
    file.sizeBytes = chunk.totalSizeBytes ?? file.sizeBytes;
    file.add(offset, chunk.bytes);
    if (file.heldBytes > this.#maxBytes) {
      throw new ReadBudgetExceededError(`the header doesn't lie in the first ${this.#maxBytes} bytes sent`);
    }
    if (file.ranges.length > MAX_RANGES) {
      throw new ReadBudgetExceededError(`the file came in more than ${MAX_RANGES} pieces`);
    }
  }
}

import { Deadline } from '@vigie/service-kit/async';
import type { WantedRange } from './byte-range.ts';
import { FileMemory, type MemoryLimits } from './file-memory.ts';
import {
  MediaChangedError,
  type MediaReader,
  type MediaSlice,
  type MediaSource,
  MediaSourceError,
} from './media-source.ts';
import { ReadBudget, ReadBudgetExceededError, type ReadLimits } from './read-budget.ts';
import { ReadMeter } from './read-meter.ts';
import { type Inspect, type Need, readUntilKnown } from './read-until-known.ts';
import type { SparseFile } from './sparse-file.ts';

export interface InspectionLimits extends ReadLimits {
  /** From the first request to the answer. */
  readonly timeoutMs: number;
  readonly firstRangeBytes: number;
}

export type InspectionResult<Known> =
  | { readonly kind: 'known'; readonly answer: Known }
  /** The bytes that an answer needs could not be read, or would cost more than allowed. */
  | { readonly kind: 'unread'; readonly error: MediaSourceError | ReadBudgetExceededError };

/** What was found, and what finding it cost: everything that was sent over the network, repeated requests included. */
export interface Inspection<Known> {
  readonly result: InspectionResult<Known>;
  readonly bytesRead: number;
  readonly requests: number;
  /** To the microsecond. */
  readonly elapsedMs: number;
  /** How long the file hadn't changed when it was read; undefined if the source didn't say. */
  readonly unchangedForMs: number | undefined;
}

export interface InspectMediaOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called when a read begins; what it returns is disposed of when that ends. */
  readonly onRead?: (() => Disposable) | undefined;
}

/**
 * Reads the first range of a file and then whatever `inspect` needs, until that has an answer. Rejects with the
 * signal's reason on abort.
 */
export type InspectMedia = <Known extends { readonly kind: string }>(
  name: string,
  inspect: Inspect<Known>,
  options?: InspectMediaOptions,
) => Promise<Inspection<Exclude<Known, Need>>>;

interface Circumstances {
  readonly meter: ReadMeter;
  readonly deadline: Deadline;
  readonly held: FileMemory;
  readonly onRead: InspectMediaOptions['onRead'];
  unchangedForMs: number | undefined;
}

/** A file that is replaced while it is being read is read afresh, but one that keeps changing is left for later. */
const MAX_FRESH_STARTS = 3;

/** @param memory shared by all whose files are in memory at the same time; unlimited if absent */
export function createInspectMedia(source: MediaSource, limits: InspectionLimits, memory?: MemoryLimits): InspectMedia {
  return async <Known extends { readonly kind: string }>(
    name: string,
    inspect: Inspect<Known>,
    { signal, onRead }: InspectMediaOptions = {},
  ) => {
    const startedAt = performance.now();
    const meter = new ReadMeter();
    using deadline = new Deadline(limits.timeoutMs, signal);
    using held = new FileMemory(memory);
    const under: Circumstances = { meter, deadline, held, onRead, unchangedForMs: undefined };
    const result = await inspectVersions(name, inspect, under).then(toKnown, error => {
      signal?.throwIfAborted();
      return toUnread(error);
    });
    const { bytesRead, requests } = meter;
    const elapsedMs = toMicroseconds(performance.now() - startedAt);
    return { result, bytesRead, requests, elapsedMs, unchangedForMs: under.unchangedForMs };
  };

  async function inspectVersions<Known extends { readonly kind: string }>(
    name: string,
    inspect: Inspect<Known>,
    under: Circumstances,
  ): Promise<Exclude<Known, Need>> {
    const { meter, deadline } = under;
    for (let startsLeft = MAX_FRESH_STARTS; ; startsLeft--) {
      try {
        return await inspectVersion(source.open(name, { meter, signal: deadline.signal }), inspect, under);
      } catch (error) {
        if (!(error instanceof MediaChangedError)) throw error;
        if (startsLeft === 0) throw unreachable('the file keeps changing while it is read', error);
      }
    }
  }

  function inspectVersion<Known extends { readonly kind: string }>(
    reader: MediaReader,
    inspect: Inspect<Known>,
    under: Circumstances,
  ): Promise<Exclude<Known, Need>> {
    const { deadline, held, onRead } = under;
    const budget = new ReadBudget(limits);
    return readUntilKnown(
      { offset: 0, lengthBytes: limits.firstRangeBytes },
      async (wanted, file) => {
        const range = budget.allow(wanted);
        if (held.isTooSmallFor(file.heldBytes + range.lengthBytes)) {
          using _ = deadline.suspend();
          await held.makeRoom(deadline.caller);
        }
        using _ = onRead?.();
        under.unchangedForMs = await fetchRange(range, reader, budget, file, deadline);
      },
      // An inspection ends with an answer by its own clock; only the caller's signal may break it off.
      file =>
        inspect(file, {
          timeoutMs: deadline.remainingMs,
          signal: deadline.caller,
          suspendDeadline: () => deadline.suspend(),
        }),
    );
  }

  async function fetchRange(
    range: WantedRange,
    reader: MediaReader,
    budget: ReadBudget,
    file: SparseFile,
    deadline: Deadline,
  ): Promise<MediaSlice['unchangedForMs']> {
    const { sizeBytes } = file;
    const slice = await reader.read(range, budget.remainingBytes).catch(error => {
      if (!deadline.signal.aborted) throw error;
      throw new MediaSourceError('UNREACHABLE', `the video server didn't send enough within ${limits.timeoutMs} ms`, {
        cause: error,
        timedOut: true,
      });
    });
    budget.spend(slice.costBytes);
    file.sizeBytes = slice.sizeBytes ?? sizeBytes;
    const added = file.add(range.offset, slice.bytes);
    if (added === 0 && file.sizeBytes === sizeBytes) {
      throw unreachable(`the video server sends nothing from byte ${range.offset} on`);
    }
    return slice.unchangedForMs;
  }
}

function toKnown<Known>(answer: Known): InspectionResult<Known> {
  return { kind: 'known', answer };
}

function toUnread(error: unknown): InspectionResult<never> {
  if (error instanceof MediaSourceError || error instanceof ReadBudgetExceededError) return { kind: 'unread', error };
  throw error;
}

function unreachable(message: string, cause?: unknown): MediaSourceError {
  return new MediaSourceError('UNREACHABLE', message, { cause });
}

/** Milliseconds of whole microseconds: people read them. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

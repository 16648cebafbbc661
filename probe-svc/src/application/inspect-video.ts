import type { Failure } from '@vigie/alert';
import { Deadline } from '@vigie/service-kit/async';
import type { WantedRange } from '../domain/byte-range.ts';
import { HeaderBudget, HeaderBudgetExceededError, type HeaderLimits } from '../domain/header-budget.ts';
import { ReadMeter } from '../domain/read-meter.ts';
import { SparseFile } from '../domain/sparse-file.ts';
import { VideoChangedError, type VideoReader, type VideoSource, VideoSourceError } from '../ports/video-source.ts';

export interface InspectionLimits extends HeaderLimits {
  /** From the first request to the answer. */
  readonly timeoutMs: number;
  readonly firstRangeBytes: number;
}

export interface LookOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Looks at the bytes that are there: what they tell, or which bytes would. */
export type Look<Known> = (file: SparseFile, options: LookOptions) => Promise<Known | ({ kind: 'need' } & WantedRange)>;

/** Why the bytes could not be read. `retryAfterMs`: when the video server asked to be tried again. */
export interface Unread {
  readonly kind: 'failure';
  readonly failure: Failure;
  readonly retryAfterMs?: number | undefined;
  readonly diagnostics: readonly string[];
}

export interface Inspection<Known> {
  readonly known: Known | Unread;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
}

/**
 * Reads the first range of a video and then whatever is needed, until it is known what a look at it should tell. Rejects with
 * the signal's reason on abort.
 */
export type InspectVideo = <Known extends { readonly kind: string }>(
  video: string,
  look: Look<Known>,
  signal?: AbortSignal,
) => Promise<Inspection<Exclude<Known, { kind: 'need' }>>>;

/** A file that is replaced while it is being read is read afresh, but one that never rests is left for later. */
const MAX_FRESH_STARTS = 3;

export function createInspectVideo(source: VideoSource, limits: InspectionLimits): InspectVideo {
  return async <Known extends { readonly kind: string }>(video: string, look: Look<Known>, signal?: AbortSignal) => {
    const startedAt = performance.now();
    const meter = new ReadMeter();
    using deadline = new Deadline(limits.timeoutMs, signal);
    const known = await inspect(video, look, meter, deadline).catch(error => {
      signal?.throwIfAborted();
      return explain(error);
    });
    const { bytesRead, requests } = meter;
    return { known, bytesRead, requests, elapsedMs: performance.now() - startedAt };
  };

  async function inspect<Known extends { readonly kind: string }>(
    video: string,
    look: Look<Known>,
    meter: ReadMeter,
    deadline: Deadline,
  ): Promise<Exclude<Known, { kind: 'need' }>> {
    for (let startsLeft = MAX_FRESH_STARTS; ; startsLeft--) {
      try {
        return await readAndLook(source.open(video, { meter, signal: deadline.signal }), look, deadline);
      } catch (error) {
        if (!(error instanceof VideoChangedError)) throw error;
        if (startsLeft === 0) throw unreachable('the file keeps changing while it is read', error);
      }
    }
  }

  async function readAndLook<Known extends { readonly kind: string }>(
    reader: VideoReader,
    look: Look<Known>,
    deadline: Deadline,
  ): Promise<Exclude<Known, { kind: 'need' }>> {
    const file = new SparseFile();
    const budget = new HeaderBudget(limits);
    let wanted: WantedRange = { offset: 0, lengthBytes: limits.firstRangeBytes };
    while (true) {
      await fetchRange(wanted, reader, budget, file, deadline);
      // Its own clock ends a look with an answer; only whoever asked may break it off.
      const answer = await look(file, { timeoutMs: deadline.remainingMs, signal: deadline.caller });
      if (!isNeed(answer)) return answer as Exclude<Known, { kind: 'need' }>;
      wanted = answer;
    }
  }

  async function fetchRange(
    wanted: WantedRange,
    reader: VideoReader,
    budget: HeaderBudget,
    file: SparseFile,
    deadline: Deadline,
  ): Promise<void> {
    const { sizeBytes } = file;
    const slice = await reader.read(budget.allow(wanted), budget.remainingBytes).catch(error => {
      if (!deadline.signal.aborted) throw error;
      throw unreachable(`the video server didn't send enough within ${limits.timeoutMs} ms`, error);
    });
    budget.spend(slice.costBytes);
    file.sizeBytes = slice.sizeBytes ?? sizeBytes;
    const added = file.add(wanted.offset, slice.bytes);
    if (added === 0 && file.sizeBytes === sizeBytes) {
      throw unreachable(`the video server sends nothing from byte ${wanted.offset} on`);
    }
  }
}

function isNeed(answer: { readonly kind: string }): answer is { kind: 'need' } & WantedRange {
  return answer.kind === 'need';
}

function unreachable(message: string, cause?: unknown): VideoSourceError {
  return new VideoSourceError('VIDEO_UNREACHABLE', message, { cause });
}

function explain(error: unknown): Unread {
  if (error instanceof VideoSourceError) {
    const { reason: code, message, retryAfterMs } = error;
    return { kind: 'failure', failure: { code, message }, retryAfterMs, diagnostics: [] };
  }
  if (error instanceof HeaderBudgetExceededError) {
    const { reason: code, message } = error;
    return { kind: 'failure', failure: { code, message }, diagnostics: [] };
  }
  throw error;
}

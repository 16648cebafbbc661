import type { Failure } from '@vigie/mesh/alert/alert-record.ts';
import type { Media } from '@vigie/mesh/alert/media.ts';
import type { WantedRange } from '../domain/byte-range.ts';
import { HeaderBudget, HeaderBudgetExceededError, type HeaderLimits } from '../domain/header-budget.ts';
import { ReadMeter } from '../domain/read-meter.ts';
import { SparseFile } from '../domain/sparse-file.ts';
import type { HeaderProbe } from '../ports/header-probe.ts';
import { VideoChangedError, type VideoReader, type VideoSource, VideoSourceError } from '../ports/video-source.ts';
import { Deadline } from './deadline.ts';

export interface ProbeVideoLimits extends HeaderLimits {
  /** From the first request to the answer. */
  readonly timeoutMs: number;
  readonly firstRangeBytes: number;
}

export type Finding =
  | { readonly kind: 'media'; readonly media: Media }
  /** `retryAfterMs`: when the video server asked to be tried again. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly retryAfterMs?: number | undefined };

export interface ProbeReport {
  readonly finding: Finding;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
  /** What the demuxer had to say. */
  readonly diagnostics: readonly string[];
}

/** Learns what a video is; whatever is wrong with it stands in the report. Rejects with the signal's reason on abort. */
export type ProbeVideo = (video: string, signal?: AbortSignal) => Promise<ProbeReport>;

type Understanding = Pick<ProbeReport, 'finding' | 'diagnostics'>;

/** A file that is replaced while it is being read is read afresh, but one that never rests is left for later. */
const MAX_FRESH_STARTS = 3;

export function createProbeVideo(source: VideoSource, headerProbe: HeaderProbe, limits: ProbeVideoLimits): ProbeVideo {
  return async (video, signal) => {
    const startedAt = performance.now();
    const meter = new ReadMeter();
    using deadline = new Deadline(limits.timeoutMs, signal);
    const { finding, diagnostics } = await understand(video, meter, deadline).catch(error => {
      signal?.throwIfAborted();
      return explain(error);
    });
    const elapsedMs = performance.now() - startedAt;
    return { finding, diagnostics, bytesRead: meter.bytesRead, requests: meter.requests, elapsedMs };
  };

  async function understand(video: string, meter: ReadMeter, deadline: Deadline): Promise<Understanding> {
    for (let startsLeft = MAX_FRESH_STARTS; ; startsLeft--) {
      try {
        return await readAndProbe(source.open(video, { meter, signal: deadline.signal }), deadline);
      } catch (error) {
        if (!(error instanceof VideoChangedError)) throw error;
        if (startsLeft === 0) throw unreachable('the file keeps changing while it is read', error);
      }
    }
  }

  async function readAndProbe(reader: VideoReader, deadline: Deadline): Promise<Understanding> {
    const file = new SparseFile();
    const budget = new HeaderBudget(limits);
    let wanted: WantedRange = { offset: 0, lengthBytes: limits.firstRangeBytes };
    while (true) {
      await fetchRange(wanted, reader, budget, file, deadline);
      // Its own clock ends a probe with an answer; only whoever asked may break it off.
      const answer = await headerProbe.probe(file, { timeoutMs: deadline.remainingMs, signal: deadline.caller });
      if (answer.kind !== 'need') return { finding: answer, diagnostics: answer.diagnostics };
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

function unreachable(message: string, cause?: unknown): VideoSourceError {
  return new VideoSourceError('VIDEO_UNREACHABLE', message, { cause });
}

function explain(error: unknown): Understanding {
  if (error instanceof VideoSourceError) {
    const { reason: code, message, retryAfterMs } = error;
    return { finding: { kind: 'failure', failure: { code, message }, retryAfterMs }, diagnostics: [] };
  }
  if (error instanceof HeaderBudgetExceededError) {
    const { reason: code, message } = error;
    return { finding: { kind: 'failure', failure: { code, message } }, diagnostics: [] };
  }
  throw error;
}

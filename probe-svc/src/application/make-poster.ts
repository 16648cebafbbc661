import {
  createInspectMedia,
  type InspectionLimits,
  type InspectOptions,
  type MediaSource,
  type MemoryLimits,
  type SparseFile,
} from '@vigie/media-source';
import type { Poster, PosterFailure, PosterMaker } from '../ports/poster-maker.ts';
import { toReadFailure } from './read-failure.ts';

export type PosterFinding =
  | { readonly kind: 'poster'; readonly poster: Poster }
  /** `retryAfterMs`: when the video server asked to be tried again. */
  | { readonly kind: 'failure'; readonly failure: PosterFailure; readonly retryAfterMs?: number | undefined };

export interface PosterReport {
  readonly finding: PosterFinding;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
  readonly diagnostics: readonly string[];
}

/** Makes a video's poster; the report says whatever is wrong with it. Rejects with the signal's reason on abort. */
export type MakePoster = (video: string, maxSidePixels: number, signal?: AbortSignal) => Promise<PosterReport>;

export function createMakePoster(
  source: MediaSource,
  maker: PosterMaker,
  limits: InspectionLimits,
  memory?: MemoryLimits,
): MakePoster {
  const inspect = createInspectMedia(source, limits, memory);
  return async (video, maxSidePixels, signal) => {
    const make = (file: SparseFile, options: InspectOptions) => maker.make(file, { maxSidePixels, ...options });
    const { result, ...cost } = await inspect(video, make, { signal });
    if (result.kind === 'unread') return { finding: toReadFailure(result.error), diagnostics: [], ...cost };
    const { diagnostics, ...finding } = result.answer;
    return { finding, diagnostics, ...cost };
  };
}

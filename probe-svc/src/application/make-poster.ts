import type { Poster, PosterAnswer, PosterFailure, PosterMaker } from '../ports/poster-maker.ts';
import type { VideoSource } from '../ports/video-source.ts';
import { createInspectVideo, type InspectionLimits, type Look } from './inspect-video.ts';

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

/** Shows a video; whatever is wrong with it stands in the report. Rejects with the signal's reason on abort. */
export type MakePoster = (video: string, maxSidePixels: number, signal?: AbortSignal) => Promise<PosterReport>;

export function createMakePoster(source: VideoSource, maker: PosterMaker, limits: InspectionLimits): MakePoster {
  const inspect = createInspectVideo(source, limits);
  return async (video, maxSidePixels, signal) => {
    const look: Look<PosterAnswer> = (file, options) => maker.make(file, { maxSidePixels, ...options });
    const { known, ...cost } = await inspect(video, look, signal);
    const { diagnostics, ...finding } = known;
    return { finding, diagnostics, ...cost };
  };
}

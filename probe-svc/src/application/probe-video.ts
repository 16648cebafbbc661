import type { Failure, Media } from '@vigie/alert';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';
import type { VideoSource } from '../ports/video-source.ts';
import { createInspectVideo, type InspectionLimits } from './inspect-video.ts';

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

export function createProbeVideo(source: VideoSource, headerProbe: HeaderProbe, limits: InspectionLimits): ProbeVideo {
  const inspect = createInspectVideo(source, limits);
  return async (video, signal) => {
    const { known, ...cost } = await inspect<HeaderAnswer>(video, (file, at) => headerProbe.probe(file, at), signal);
    const { diagnostics, ...finding } = known;
    return { finding, diagnostics, ...cost };
  };
}

import type { Media } from '@vigie/alert';
import {
  createInspectMedia,
  type InspectionLimits,
  type InspectMediaOptions,
  type MediaSource,
  type MemoryLimits,
} from '@vigie/media-source';
import type { HeaderProbe, ProbeIsolation } from '../ports/header-probe.ts';
import { type ReadFailure, toReadFailure } from './read-failure.ts';

export type Finding = { readonly kind: 'media'; readonly media: Media } | ReadFailure;

export interface ProbeReport {
  readonly finding: Finding;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
  /** How long the file hadn't changed when it was read; undefined if its server didn't say. */
  readonly unchangedForMs?: number | undefined;
  /** What the demuxer logged. */
  readonly diagnostics: readonly string[];
}

/** Learns what a video is; the report says whatever is wrong with it. Rejects with the signal's reason on abort. */
export type ProbeVideo = (video: string, options?: InspectMediaOptions) => Promise<ProbeReport>;

export function createProbeVideo(
  source: MediaSource,
  headerProbe: HeaderProbe,
  limits: InspectionLimits,
  memory?: MemoryLimits,
): ProbeVideo {
  const inspect = createInspectMedia(source, limits, memory);
  return async (video, options) => {
    const { result, ...cost } = await inspect(video, (file, how) => headerProbe.probe(file, how), options);
    if (result.kind === 'unread') return { finding: toReadFailure(result.error), diagnostics: [], ...cost };
    const { diagnostics, ...finding } = result.answer;
    return { finding, diagnostics, ...cost };
  };
}

/**
 * The same where a decoder that crashes harms nothing else. Rejects too if nothing could be learned about the video,
 * because no place to probe it was to be had.
 */
export function createProbeVideoIsolated(
  source: MediaSource,
  isolation: ProbeIsolation,
  limits: InspectionLimits,
  memory?: MemoryLimits,
): ProbeVideo {
  return async (video, options) => {
    using headerProbe = isolation.open();
    return await createProbeVideo(source, headerProbe, limits, memory)(video, options);
  };
}

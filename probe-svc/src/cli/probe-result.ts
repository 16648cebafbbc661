import type { Media } from '@vigie/alert';
import type { ProbeReport } from '../application/probe-video.ts';

/** One source as `--json` shows it. What isn't known is null: for a source that failed, every fact about the video. */
export interface ProbeResult {
  readonly source: string;
  readonly status: 'PROCESSED' | 'FAILED';
  readonly container: string | null;
  readonly video: Pick<Media['video'], (typeof VIDEO_FIELDS)[number]> | null;
  readonly audio: Media['audio'];
  readonly durationSeconds: number | null;
  readonly durationSource: Media['durationSource'];
  readonly videoStreams: number | null;
  readonly truncated: boolean | null;
  readonly moovAtEnd: boolean | null;
  readonly fragmented: boolean | null;
  readonly bytesRead: number;
  readonly requests: number;
  readonly elapsedMs: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

const VIDEO_FIELDS = [
  'codec',
  'profile',
  'width',
  'height',
  'displayWidth',
  'displayHeight',
  'rotation',
  'frameRate',
  'pixelFormat',
] as const;

export function toProbeResult(source: string, { finding, ...report }: ProbeReport): ProbeResult {
  const media = finding.kind === 'media' ? finding.media : undefined;
  return {
    source,
    status: media === undefined ? 'FAILED' : 'PROCESSED',
    container: media?.container ?? null,
    video: media === undefined ? null : toVideo(media.video),
    audio: media?.audio ? toAudio(media.audio) : null,
    durationSeconds: media?.durationSeconds ?? null,
    durationSource: media?.durationSource ?? null,
    videoStreams: media?.videoStreams ?? null,
    truncated: media?.truncated ?? null,
    moovAtEnd: media?.moovAtEnd ?? null,
    fragmented: media?.fragmented ?? null,
    bytesRead: report.bytesRead,
    requests: report.requests,
    elapsedMs: Math.round(report.elapsedMs * 100) / 100,
    failure: finding.kind === 'failure' ? { code: finding.failure.code, message: finding.failure.message } : null,
  };
}

function toVideo(video: Media['video']): NonNullable<ProbeResult['video']> {
  return Object.fromEntries(VIDEO_FIELDS.map(field => [field, video[field]])) as NonNullable<ProbeResult['video']>;
}

function toAudio({ codec, sampleRate, channels }: NonNullable<Media['audio']>): NonNullable<Media['audio']> {
  return { codec, sampleRate, channels };
}

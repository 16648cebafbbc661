import type { Media } from '@vigie/alert';
import type { Recipe } from './recipes.ts';

/** What is compared of a file, field by field. */
export interface Facts {
  readonly container: string;
  readonly codec: string | null;
  readonly profile: string | null;
  readonly width: number;
  readonly height: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly rotation: number;
  readonly sampleAspectRatio: string | null;
  readonly frameRate: number | null;
  readonly pixelFormat: string | null;
  readonly colorPrimaries: string | null;
  readonly colorTransfer: string | null;
  readonly colorSpace: string | null;
  readonly colorRange: string | null;
  readonly videoBitRate: number | null;
  readonly audioCodec: string | null;
  readonly sampleRate: number | null;
  readonly channels: number | null;
  readonly durationSeconds: number | null;
  readonly bitRate: number | null;
  readonly videoStreams: number;
  readonly coverArtStreams: number;
  readonly audioStreams: number;
  readonly truncated: boolean;
  readonly moovAtEnd: boolean;
  readonly fragmented: boolean;
}

/** `ffprobe -show_streams -show_format -of json`, as far as it is read here. */
export interface Truth {
  readonly streams?: readonly TruthStream[];
  readonly format?: { readonly format_name: string; readonly duration?: string; readonly bit_rate?: string };
}

interface TruthStream {
  readonly codec_type: string;
  readonly codec_name?: string;
  readonly profile?: string;
  readonly width: number;
  readonly height: number;
  readonly sample_aspect_ratio?: string;
  readonly avg_frame_rate: string;
  readonly r_frame_rate: string;
  readonly pix_fmt?: string;
  readonly color_primaries?: string;
  readonly color_transfer?: string;
  readonly color_space?: string;
  readonly color_range?: string;
  readonly bit_rate?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly disposition: { readonly attached_pic: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

export function factsOfMedia(media: Media): Facts {
  const { video, audio } = media;
  return {
    container: media.container,
    codec: video.codec,
    profile: video.profile,
    width: video.width,
    height: video.height,
    displayWidth: video.displayWidth,
    displayHeight: video.displayHeight,
    rotation: video.rotation,
    sampleAspectRatio: video.sampleAspectRatio,
    frameRate: video.frameRate,
    pixelFormat: video.pixelFormat,
    colorPrimaries: video.colorPrimaries,
    colorTransfer: video.colorTransfer,
    colorSpace: video.colorSpace,
    colorRange: video.colorRange,
    videoBitRate: video.bitRate,
    audioCodec: audio?.codec ?? null,
    sampleRate: audio?.sampleRate ?? null,
    channels: audio?.channels ?? null,
    durationSeconds: media.durationSeconds,
    bitRate: media.bitRate,
    videoStreams: media.videoStreams,
    coverArtStreams: media.coverArtStreams,
    audioStreams: media.audioStreams,
    truncated: media.truncated,
    moovAtEnd: media.moovAtEnd,
    fragmented: media.fragmented,
  };
}

export function factsOfTruth({ streams = [], format }: Truth, recipe: Recipe): Facts {
  const isVideo = (stream: TruthStream) => stream.codec_type === 'video' && stream.disposition.attached_pic === 0;
  const isAudio = (stream: TruthStream) => stream.codec_type === 'audio';
  const video = streams.find(isVideo);
  const audio = streams.find(isAudio);
  if (video === undefined || format === undefined) throw new Error(`ffprobe finds no video in ${recipe.file}`);
  const rotation = video.side_data_list?.find(data => data.rotation !== undefined)?.rotation ?? 0;
  return {
    container: recipe.container,
    codec: video.codec_name ?? null,
    profile: nameOrNull(video.profile),
    width: video.width,
    height: video.height,
    ...displaySizeOf(video, rotation),
    rotation,
    sampleAspectRatio: video.sample_aspect_ratio ?? null,
    frameRate: quotient(video.avg_frame_rate) ?? quotient(video.r_frame_rate),
    pixelFormat: nameOrNull(video.pix_fmt),
    colorPrimaries: nameOrNull(video.color_primaries),
    colorTransfer: nameOrNull(video.color_transfer),
    colorSpace: nameOrNull(video.color_space),
    colorRange: nameOrNull(video.color_range),
    videoBitRate: numberOrNull(video.bit_rate),
    audioCodec: audio?.codec_name ?? null,
    sampleRate: numberOrNull(audio?.sample_rate),
    channels: audio?.channels || null,
    durationSeconds: numberOrNull(format.duration),
    bitRate: numberOrNull(format.bit_rate),
    videoStreams: streams.filter(isVideo).length,
    coverArtStreams: streams.filter(stream => stream.disposition.attached_pic === 1).length,
    audioStreams: streams.filter(isAudio).length,
    truncated: recipe.truncated ?? false,
    moovAtEnd: recipe.moovAtEnd ?? false,
    fragmented: recipe.fragmented ?? false,
  };
}

function displaySizeOf({ width, height, sample_aspect_ratio }: TruthStream, rotation: number) {
  const shownWidth = Math.round(width * (quotient(sample_aspect_ratio?.replace(':', '/')) ?? 1));
  const onItsSide = Math.abs(rotation) > 45 && Math.abs(rotation) < 135;
  return onItsSide
    ? { displayWidth: height, displayHeight: shownWidth }
    : { displayWidth: shownWidth, displayHeight: height };
}

function nameOrNull(name: string | undefined): string | null {
  return name === undefined || name === 'unknown' ? null : name;
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || Number.isNaN(Number(text)) ? null : Number(text);
}

function quotient(text: string | undefined): number | null {
  const [dividend = 0, divisor = 0] = (text ?? '').split('/').map(Number);
  return dividend > 0 && divisor > 0 ? dividend / divisor : null;
}

const TOLERANCES: Partial<Record<keyof Facts, number>> = {
  durationSeconds: 0.01,
  // Follows the duration.
  bitRate: 0.012,
  frameRate: 0.0005,
  videoBitRate: 0.01,
};

export function isSame(field: keyof Facts, found: Facts[keyof Facts], expected: Facts[keyof Facts]): boolean {
  return found === expected || isWithin(found, expected, TOLERANCES[field] ?? 0);
}

export function isWithin(found: Facts[keyof Facts], expected: Facts[keyof Facts], share: number): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return false;
  return Math.abs(found - expected) <= Math.abs(expected) * share;
}

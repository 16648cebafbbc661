import type { AudioTrack, Media, VideoTrack } from '@vigie/alert';
import type { Recipe } from './recipes.ts';

/** What is compared of a file, field by field: all that a `Media` holds and ffprobe says too. */
export type Facts = Omit<Media, 'video' | 'audio' | 'sizeBytes' | 'durationSource'> & VideoFacts & AudioFacts;

type VideoFacts = { readonly [Field in Exclude<keyof VideoTrack, 'hdr'> as `video.${Field}`]: VideoTrack[Field] };

/** All null if there is no audio. */
type AudioFacts = { readonly [Field in keyof AudioTrack as `audio.${Field}`]: AudioTrack[Field] | null };

/** `ffprobe -show_streams -show_format -of json`, as far as it is read here. */
export interface Truth {
  readonly streams?: readonly TruthStream[];
  readonly format?: {
    readonly format_name: string;
    readonly duration?: string;
    readonly bit_rate?: string;
    readonly size: string;
  };
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

const NO_AUDIO: { readonly [Field in keyof AudioTrack]: null } = { codec: null, sampleRate: null, channels: null };

export function factsOfMedia({ video, audio, sizeBytes: _size, durationSource: _source, ...facts }: Media): Facts {
  const { hdr: _hdr, ...picture } = video;
  return { ...facts, ...prefixed('video', picture), ...prefixed('audio', audio ?? NO_AUDIO) } as Facts;
}

function prefixed(prefix: string, fields: object): object {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${prefix}.${field}`, value]));
}

export function factsOfTruth({ streams = [], format }: Truth, recipe: Recipe): Facts {
  const isVideo = (stream: TruthStream) => stream.codec_type === 'video' && stream.disposition.attached_pic === 0;
  const isAudio = (stream: TruthStream) => stream.codec_type === 'audio';
  const video = streams.find(isVideo);
  const audio = streams.find(isAudio);
  if (video === undefined || format === undefined) throw new Error(`ffprobe finds no video in ${recipe.file}`);
  const { seconds } = recipe;
  const rotation = video.side_data_list?.find(data => data.rotation !== undefined)?.rotation ?? 0;
  return {
    container: recipe.container,
    'video.codec': video.codec_name ?? 'unknown',
    'video.profile': nameOrNull(video.profile),
    'video.width': video.width,
    'video.height': video.height,
    ...displaySizeOf(video, rotation),
    'video.rotation': rotation,
    'video.sampleAspectRatio': video.sample_aspect_ratio ?? null,
    'video.frameRate': quotient(video.avg_frame_rate) ?? quotient(video.r_frame_rate),
    'video.pixelFormat': nameOrNull(video.pix_fmt),
    'video.colorPrimaries': nameOrNull(video.color_primaries),
    'video.colorTransfer': nameOrNull(video.color_transfer),
    'video.colorSpace': nameOrNull(video.color_space),
    'video.colorRange': nameOrNull(video.color_range),
    'video.bitRate': numberOrNull(video.bit_rate),
    'audio.codec': audio?.codec_name ?? null,
    'audio.sampleRate': numberOrNull(audio?.sample_rate),
    'audio.channels': audio?.channels || null,
    durationSeconds: seconds ?? numberOrNull(format.duration),
    bitRate: seconds === undefined ? numberOrNull(format.bit_rate) : (Number(format.size) * 8) / seconds,
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
    ? { 'video.displayWidth': height, 'video.displayHeight': shownWidth }
    : { 'video.displayWidth': shownWidth, 'video.displayHeight': height };
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
  'video.frameRate': 0.0005,
  'video.bitRate': 0.01,
};

export function isSame(field: keyof Facts, found: Facts[keyof Facts], expected: Facts[keyof Facts]): boolean {
  return found === expected || isWithin(found, expected, TOLERANCES[field] ?? 0);
}

export function isWithin(found: Facts[keyof Facts], expected: Facts[keyof Facts], share: number): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return false;
  return Math.abs(found - expected) <= Math.abs(expected) * share;
}

import type { Media } from '@vigie/alert';
import { readMp4Layout } from './file-head.ts';
import type { DemuxedStream, Demuxer, Rational } from './load-beamcoder.ts';

const HDR_TRANSFERS = new Set(['smpte2084', 'arib-std-b67']);
/** Headers of these state the duration; elsewhere beamcoder would guess it from the bytes at hand. */
const STATING_DURATION = new Set(['mp4', 'mov', '3gp', 'avi', 'matroska', 'webm']);
const EBML_HEAD_BYTES = 64;

/** `undefined` while codec or size of the video are not known; `null` if the file has no video stream. */
export function toMedia(demuxer: Demuxer, head: Buffer, sizeBytes: number | null): Media | null | undefined {
  const videos = demuxer.streams.filter(({ codecpar }) => codecpar.codec_type === 'video');
  const [stream, ...others] = videos.filter(video => !isCoverArt(video));
  if (stream === undefined) return null;
  const { name, width, height } = stream.codecpar;
  if (!name || name === 'none' || !(width > 0) || !(height > 0)) return undefined;
  const audios = demuxer.streams.filter(({ codecpar }) => codecpar.codec_type === 'audio');
  const container = containerOf(demuxer, head);
  const layout = demuxer.iformat.name.includes('mp4') ? readMp4Layout(head) : { moovAtEnd: false, fragmented: false };
  const durationSeconds =
    STATING_DURATION.has(container) && !layout.fragmented ? positive(demuxer.duration / 1e6) : null;
  return {
    container,
    sizeBytes,
    video: toVideo(stream),
    audio: audios[0] === undefined ? null : toAudio(audios[0]),
    durationSeconds,
    durationSource: durationSeconds === null ? null : 'header',
    bitRate: durationSeconds === null || sizeBytes === null ? null : Math.round((8 * sizeBytes) / durationSeconds),
    videoStreams: 1 + others.length,
    coverArtStreams: videos.length - 1 - others.length,
    audioStreams: audios.length,
    truncated: false,
    ...layout,
  };
}

function toVideo({ codecpar, avg_frame_rate, sample_aspect_ratio, side_data }: DemuxedStream): Media['video'] {
  const { name, width, height } = codecpar;
  const rotation = rotationOf(side_data?.displaymatrix);
  const [horizontal, vertical] = sample_aspect_ratio;
  const statesAspect = horizontal > 0 && vertical > 0;
  const squareWidth = statesAspect ? Math.round((width * horizontal) / vertical) : width;
  const turned = Math.abs(rotation) % 180 === 90;
  return {
    codec: name,
    profile: typeof codecpar.profile === 'string' ? codecpar.profile : null,
    width,
    height,
    displayWidth: turned ? height : squareWidth,
    displayHeight: turned ? squareWidth : height,
    rotation,
    sampleAspectRatio: statesAspect ? `${horizontal}:${vertical}` : null,
    frameRate: toNumber(avg_frame_rate),
    pixelFormat: codecpar.format || null,
    colorPrimaries: stated(codecpar.color_primaries),
    colorTransfer: stated(codecpar.color_trc),
    colorSpace: stated(codecpar.color_space),
    colorRange: stated(codecpar.color_range),
    hdr: HDR_TRANSFERS.has(codecpar.color_trc ?? ''),
    bitRate: positive(codecpar.bit_rate),
  };
}

function toAudio({ codecpar }: DemuxedStream): NonNullable<Media['audio']> {
  return { codec: codecpar.name, sampleRate: positive(codecpar.sample_rate), channels: positive(codecpar.channels) };
}

/** libav has one demuxer for a family of containers; the file's own brand says which one it is. */
function containerOf({ iformat, metadata }: Demuxer, head: Buffer): string {
  if (iformat.name.includes('matroska')) {
    return head.subarray(0, EBML_HEAD_BYTES).includes('webm') ? 'webm' : 'matroska';
  }
  if (!iformat.name.includes('mp4')) return iformat.name;
  const brand = metadata.major_brand ?? 'qt  ';
  if (brand.startsWith('3g')) return '3gp';
  return brand === 'qt  ' ? 'mov' : 'mp4';
}

/** Degrees from a display matrix of nine 16.16 numbers, as libav's `av_display_rotation_get` turns them; -180..180. */
function rotationOf(matrix: Buffer | undefined): number {
  if (matrix === undefined || matrix.length < 20) return 0;
  const degrees = Math.round((Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI);
  return degrees === 0 ? 0 : -degrees;
}

function isCoverArt({ disposition }: DemuxedStream): boolean {
  return disposition.ATTACHED_PIC === true;
}

function toNumber([numerator, denominator]: Rational): number | null {
  return denominator > 0 ? positive(numerator / denominator) : null;
}

function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}

function stated(value: string | undefined): string | null {
  return value === undefined || value === 'unknown' || value === 'unspecified' ? null : value;
}

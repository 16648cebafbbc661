export type { AudioTrack, DurationSource, Media, VideoTrack } from '@vigie/alert';
export { NativeLoadError } from './native-load-error.ts';
export { type PosterAnswer, type PosterFailureCode, type PosterOptions, poster } from './poster.ts';
export {
  type ByteRange,
  libavVersion,
  type ProbeAnswer,
  type ProbeFailureCode,
  type ProbeInput,
  type ProbeOptions,
  probe,
} from './probe.ts';
export { ProbeInputError } from './probe-input-error.ts';

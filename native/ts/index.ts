export type { AudioTrack, DurationSource, Media, VideoTrack } from '@vigie/alert';
export { NativeLoadError } from './native-load-error.ts';
export { type PosterOptions, poster } from './poster.ts';
export type { PosterAnswer, PosterFailureCode } from './poster-answer.ts';
export { libavVersion, probe } from './probe.ts';
export type { ProbeAnswer, ProbeFailureCode } from './probe-answer.ts';
export type { ByteRange, ProbeInput, ProbeOptions } from './probe-input.ts';
export { ProbeInputError } from './probe-input-error.ts';

/**
 * What a video is. The shape is the libav core's own, so that an answer passes through unchanged; only the type is
 * imported, a service that never probes doesn't load the addon.
 */
export type { DurationSource, Media } from '@vigie/native';

export { HttpMediaSource, type HttpMediaSourceOptions } from './http-media-source.ts';
export type { HttpMetrics } from './http-metrics.ts';
export { UrlMediaSource, type UrlMediaSourceOptions } from './url-media-source.ts';

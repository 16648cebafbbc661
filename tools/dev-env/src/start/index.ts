export type { AlertRecordJson } from './alert-record.ts';
export { findOutcomeDifferences } from './outcome-differences.ts';
export { readSampleVideos } from './sample-videos.ts';
export { readStartConfig } from './start-config.ts';
export { listenForStop, StopAsked } from './stop-signal.ts';

export type { AlertRecordJson } from './alert-record.ts';
export { findOutcomeFaults } from './outcome-faults.ts';
export { readSampleVideos } from './sample-videos.ts';
export { readStartConfig } from './start-config.ts';
export { listenForStop, StopAsked } from './stop-signal.ts';

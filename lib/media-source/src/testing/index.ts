export { LyingVideoServer, type SeenRequest, sendRange } from './lying-video-server.ts';
export { itIsAMediaSource, type MediaSourceUnderTest } from './media-source.contract.ts';
export { MemoryMediaSource } from './memory-media-source.ts';
export { type ScratchNginx, startScratchNginx } from './scratch-nginx.ts';

export { LyingVideoServer, type SeenRequest, sendRange } from './lying-video-server.ts';

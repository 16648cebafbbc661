export { FileMediaSource } from './file-media-source.ts';

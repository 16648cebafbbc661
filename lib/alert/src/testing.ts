export { SAMPLE_MEDIA, SPARSE_MEDIA } from './wire/testing/sample-media.ts';

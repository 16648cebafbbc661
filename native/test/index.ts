export { makeMatrix } from './matrix/make-matrix.ts';
export { samples } from './samples.ts';

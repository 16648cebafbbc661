export { makeMatrix } from './matrix/make-matrix.ts';

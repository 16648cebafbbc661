export { ReasonedError } from './reasoned-error.ts';

export { LONG_TIMEOUTS } from './long-timeouts.ts';

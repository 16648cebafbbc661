export { LONG_TIMEOUTS } from './long-timeouts.ts';
export { whileMigrating } from './while-migrating.ts';

export { Batcher } from './batcher.ts';
export { mapInOrder } from './map-in-order.ts';
export { settlesWithin } from './settles-within.ts';

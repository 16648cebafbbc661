export { createAsOwner } from './as-owner.ts';
export { migrate, removeSchema } from './migrate.ts';

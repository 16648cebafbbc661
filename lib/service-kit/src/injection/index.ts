export { bindAdapters } from './bind-adapters.ts';
export { bindParts } from './bind-parts.ts';

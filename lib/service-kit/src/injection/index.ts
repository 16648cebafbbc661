export { bindParts } from './bind-parts.ts';

export { createAsOwner } from './as-owner.ts';
export { migrate, removeSchema } from './migrate.ts';
export { raiseTenantWall, type TenantWall, tearDownTenantWall } from './row-security.ts';

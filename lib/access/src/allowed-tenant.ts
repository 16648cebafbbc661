import { AccessError } from './access-error.ts';
import type { Identity } from './identity.ts';
import { DEFAULT_TENANT } from './tenants.ts';

/**
 * The tenant that a caller asks about: its own one, or with the rights of the default one whichever it names. Whether
 * that exists is not looked at, so a refusal doesn't tell.
 *
 * @param asked empty for its own
 * @throws AccessError TENANT_NOT_ALLOWED
 */
export function allowedTenant(identity: Identity, asked: string): string {
  if (asked === '' || asked === identity.tenant) return identity.tenant;
  requireDefaultTenant(identity);
  return asked;
}

/** @throws AccessError TENANT_NOT_ALLOWED to whoever isn't of the default tenant: it is about all of them */
export function requireDefaultTenant(identity: Identity): void {
  if (isOfDefaultTenant(identity)) return;
  throw new AccessError('TENANT_NOT_ALLOWED', `These credentials are for the tenant ${identity.tenant} alone.`);
}

export function isOfDefaultTenant({ tenant }: Identity): boolean {
  return tenant === DEFAULT_TENANT;
}

/**
 * Whose everything is where nobody has made tenants: callers who say nothing, and messages on subjects without a
 * tenant. Its admins are those of the whole mesh: they alone make other tenants.
 */
export const DEFAULT_TENANT = 'default';

/** Every tenant at once, who is nobody's: what Vigie's own services may watch. */
export const ALL_TENANTS = '*';

/** As a label of DNS (RFC 1035, 2.3.1, and 2.1 of RFC 1123): a token of a subject, a part of a path. */
const TENANT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function isTenantId(text: string): boolean {
  return TENANT.test(text);
}

/** What a caller may be allowed: `vigie.access.v1.scope` of a method names one of them. */
export const SCOPES = [
  'alerts:write',
  'alerts:read',
  'alerts:operate',
  'videos:probe',
  'media:write',
  'media:read',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Of methods that only Vigie's own services call. */
export const INTERNAL = 'internal';
/** Of methods that everybody may call. */
export const PUBLIC = 'public';
/** Of methods that any user may call about itself. */
export const SIGNED_IN = 'signed-in';
export type RequiredScope = Scope | typeof INTERNAL | typeof PUBLIC | typeof SIGNED_IN;

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

export function isRequiredScope(text: string): text is RequiredScope {
  return isScope(text) || text === INTERNAL || text === PUBLIC || text === SIGNED_IN;
}

/** `admin` includes all scopes that somebody is given, and none of the others. */
export function includesScope(granted: readonly RequiredScope[], required: RequiredScope): boolean {
  return required === PUBLIC || granted.includes(required) || (isScope(required) && granted.includes('admin'));
}

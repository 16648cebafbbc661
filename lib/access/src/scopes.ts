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
export type RequiredScope = Scope | typeof INTERNAL;

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** `admin` includes all scopes of users; `internal` is none of them. */
export function includesScope(granted: readonly RequiredScope[], required: RequiredScope): boolean {
  return granted.includes(required) || (required !== INTERNAL && granted.includes('admin'));
}

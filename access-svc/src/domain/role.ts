import type { Scope } from '@vigie/access';

/** What a person is here for; `vigie.access.v1.User.roles`. */
export type Role = keyof typeof SCOPES;

const SCOPES = {
  viewer: ['alerts:read'],
  operator: ['alerts:read', 'alerts:operate', 'videos:probe'],
  sender: ['alerts:write'],
  admin: ['admin'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export function isRole(text: string): text is Role {
  return Object.hasOwn(SCOPES, text);
}

/** Each once. */
export function scopesOf(roles: readonly Role[]): readonly Scope[] {
  return [...new Set<Scope>(roles.flatMap(role => SCOPES[role]))];
}

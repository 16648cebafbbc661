import { AccessError } from './access-error.ts';
import type { RequiredScope } from './scopes.ts';
import { DEFAULT_TENANT } from './tenants.ts';

/** Who calls, and what that allows. */
export interface Identity {
  /** For logs and limits: `anonymous`, `key:<id>`, `user:<id>`, `service`. Never a secret. */
  readonly subject: string;
  /** Whose alerts, keys and users it is about. One of Vigie's own services is about whose it says. */
  readonly tenant: string;
  /** Whether it is nobody in particular. */
  readonly isAnonymous: boolean;
  readonly scopes: readonly RequiredScope[];
  /** The stores whose alerts it is about; undefined for all of them. */
  readonly stores: readonly string[] | undefined;
}

export interface ExpiringIdentity extends Identity {
  /** Milliseconds since 1970 from which on it is nobody's. */
  readonly expiresAtMs: number;
}

/** Tells who shows a token of one kind. */
export interface TokenVerifier {
  /** Whether it is of that kind, right or not. */
  recognizes(token: string): boolean;
  /** @throws AccessError */
  identify(token: string): Promise<ExpiringIdentity>;
}

/** One of Vigie's own services, on nobody else's behalf. */
export const SERVICE_IDENTITY: Identity = {
  subject: 'service',
  tenant: DEFAULT_TENANT,
  isAnonymous: false,
  scopes: ['internal', 'admin'],
  stores: undefined,
};

/** Somebody who doesn't say who it is. */
export function anonymousIdentity(scopes: readonly RequiredScope[]): Identity {
  return { subject: 'anonymous', tenant: DEFAULT_TENANT, isAnonymous: true, scopes, stores: undefined };
}

/**
 * A request about stores, of which it names none for all of them, as its caller may ask it.
 *
 * @throws AccessError STORE_NOT_ALLOWED
 */
export function ofAllowedStores<R extends { readonly stores: readonly string[] }>(identity: Identity, request: R): R {
  return { ...request, stores: [...allowedStores(identity, request.stores)] };
}

/**
 * The stores that a caller asks about, of those that it may; what it may if it names none.
 *
 * @param asked empty for all of them
 * @returns empty for all of them
 * @throws AccessError STORE_NOT_ALLOWED
 */
export function allowedStores(identity: Identity, asked: readonly string[]): readonly string[] {
  for (const store of asked) requireStore(identity, store);
  return asked.length > 0 ? asked : (identity.stores ?? []);
}

/** @throws AccessError STORE_NOT_ALLOWED */
export function requireStore(identity: Identity, store: string): void {
  if (isOfStores(store, identity.stores)) return;
  throw new AccessError('STORE_NOT_ALLOWED', `These credentials are not for the store ${store.slice(0, 128)}.`);
}

/** @throws AccessError STORE_NOT_ALLOWED to whoever is bound to stores: what is asked for belongs to none */
export function requireAllStores({ stores }: Identity): void {
  if (stores === undefined) return;
  const message = 'These credentials are for the alerts of some stores: name an alert by its uid, not a video.';
  throw new AccessError('STORE_NOT_ALLOWED', message);
}

/** @param stores undefined for all of them */
export function isOfStores(store: string, stores: readonly string[] | undefined): boolean {
  return stores === undefined || stores.includes(store);
}

import type { ExpiringIdentity, ReadApiKey } from '@vigie/access';
import type { ApiKey, NewApiKey } from '../domain/api-key.ts';
import type { ListPosition } from '../domain/list-position.ts';

export interface FoundIdentity {
  readonly identity: ExpiringIdentity;
  /** Whether a use within the last minute is noted. */
  readonly isUseNoted: boolean;
}

export type AdminKeyState = 'USABLE' | 'REVOKED' | 'EXPIRED';

/** The keys of one tenant: those of others aren't there. Every method throws what those of ApiKeyStore throw. */
export interface TenantApiKeys {
  /** @returns undefined, and nothing is kept, if it would have expired already */
  add(key: NewApiKey): Promise<ApiKey | undefined>;

  get(id: string): Promise<ApiKey | undefined>;

  /** The latest first. @param after only keys that come later in the list than this place */
  list(limit: number, after?: ListPosition): Promise<readonly ApiKey[]>;

  /**
   * Gives a key another hash. The one before is good for `keepPreviousMs` more, those before that no longer.
   *
   * @returns undefined, and nothing is changed, if there is no such key, or it is revoked or has expired
   */
  rotate(key: ReadApiKey, keepPreviousMs: number): Promise<ApiKey | undefined>;

  /** Revokes a key, unless it is revoked already. @returns undefined if there is no such key */
  revoke(id: string): Promise<ApiKey | undefined>;
}

/**
 * The keys that were ever made, by their hashes. What is past and what is to come is told by one clock, the store's.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface ApiKeyStore {
  of(tenant: string): TenantApiKeys;

  /** Whose a key is. @returns undefined if there is no such key, or it or its tenant is of no use any more */
  identify(key: ReadApiKey): Promise<FoundIdentity | undefined>;

  /** Notes that a key is in use, unless that was noted within the last minute. */
  noteUse(id: string): Promise<void>;

  /**
   * Makes a key of the default tenant that may do everything, or makes one with this id such a key. One that is over
   * stays over.
   */
  keepAdmin(key: ReadApiKey, name: string): Promise<AdminKeyState>;
}

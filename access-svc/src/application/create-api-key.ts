import { newApiKey, type ReadApiKey, readApiKey } from '@vigie/access';
import type { ApiKey, ApiKeyPlan } from '../domain/api-key.ts';
import { InvalidApiKeyError } from '../domain/api-key-errors.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { TenantStore } from '../ports/tenant-store.ts';
import { requireUsable } from './manage-tenants.ts';

export interface IssuedKey {
  readonly apiKey: ApiKey;
  /** The key itself, this once. */
  readonly key: string;
}

/**
 * @param createdBy `Identity.subject`
 * @throws InvalidApiKeyError, UnusableTenantError, DatabaseError
 */
export type CreateApiKey = (tenant: string, plan: ApiKeyPlan, createdBy: string) => Promise<IssuedKey>;

export function createCreateApiKey(store: Pick<ApiKeyStore, 'of'>, tenants: Pick<TenantStore, 'get'>): CreateApiKey {
  return async (tenant, plan, createdBy) => {
    if (plan.scopes.includes('admin') && plan.stores.length > 0) {
      throw new InvalidApiKeyError('stores', 'must be absent from a key with the scope admin, which is for all stores');
    }
    await requireUsable(tenants, tenant, 'KEY');
    const key = newApiKey();
    const apiKey = await store.of(tenant).add({ ...plan, ...hashOf(key), createdBy });
    if (apiKey === undefined) throw new InvalidApiKeyError('expiresAt', 'must lie in the future');
    return { apiKey, key };
  };
}

/** @param key as `newApiKey` made it */
export function hashOf(key: string): ReadApiKey {
  return readApiKey(key) as ReadApiKey;
}

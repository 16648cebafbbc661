import type { ApiKey } from '../domain/api-key.ts';
import { ApiKeyNotFoundError } from '../domain/api-key-errors.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

/** @throws ApiKeyNotFoundError, DatabaseError */
export type GetApiKey = (tenant: string, id: string) => Promise<ApiKey>;

export function createGetApiKey(store: Pick<ApiKeyStore, 'of'>): GetApiKey {
  return async (tenant, id) => requireFound(id, await store.of(tenant).get(id));
}

/** One that is revoked stays as it is. @throws ApiKeyNotFoundError, DatabaseError */
export type RevokeApiKey = (tenant: string, id: string) => Promise<ApiKey>;

export function createRevokeApiKey(store: Pick<ApiKeyStore, 'of'>): RevokeApiKey {
  return async (tenant, id) => requireFound(id, await store.of(tenant).revoke(id));
}

function requireFound(id: string, found: ApiKey | undefined): ApiKey {
  if (found === undefined) throw new ApiKeyNotFoundError(id);
  return found;
}

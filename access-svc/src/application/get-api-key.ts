import type { ApiKey } from '../domain/api-key.ts';
import { ApiKeyNotFoundError } from '../domain/api-key-errors.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

/** @throws ApiKeyNotFoundError, DatabaseError */
export type GetApiKey = (id: string) => Promise<ApiKey>;

export function createGetApiKey(store: Pick<ApiKeyStore, 'get'>): GetApiKey {
  return async id => requireFound(id, await store.get(id));
}

/** One that is revoked stays as it is. @throws ApiKeyNotFoundError, DatabaseError */
export type RevokeApiKey = (id: string) => Promise<ApiKey>;

export function createRevokeApiKey(store: Pick<ApiKeyStore, 'revoke'>): RevokeApiKey {
  return async id => requireFound(id, await store.revoke(id));
}

function requireFound(id: string, found: ApiKey | undefined): ApiKey {
  if (found === undefined) throw new ApiKeyNotFoundError(id);
  return found;
}

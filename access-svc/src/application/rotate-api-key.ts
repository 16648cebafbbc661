import { newApiKey } from '@vigie/access';
import type { ApiKey } from '../domain/api-key.ts';
import { ApiKeyNotFoundError, ApiKeyOverError } from '../domain/api-key-errors.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import { hashOf, type IssuedKey } from './create-api-key.ts';

/**
 * @param keepPreviousMs how long the key as it was is still taken
 * @throws ApiKeyNotFoundError, ApiKeyOverError, DatabaseError
 */
export type RotateApiKey = (tenant: string, id: string, keepPreviousMs: number) => Promise<IssuedKey>;

export function createRotateApiKey(store: Pick<ApiKeyStore, 'of'>): RotateApiKey {
  return async (tenant, id, keepPreviousMs) => {
    const keys = store.of(tenant);
    const known = await keys.get(id);
    if (known === undefined) throw new ApiKeyNotFoundError(id);
    const key = newApiKey(id);
    const apiKey = await keys.rotate(hashOf(key), keepPreviousMs);
    if (apiKey === undefined) throw whyOver(id, await keys.get(id));
    return { apiKey, key };
  };
}

function whyOver(id: string, apiKey: ApiKey | undefined): ApiKeyOverError {
  return apiKey?.revokedAt === undefined
    ? new ApiKeyOverError('KEY_EXPIRED', `The API key ${id} has expired. Make a new one.`)
    : new ApiKeyOverError('KEY_REVOKED', `The API key ${id} is revoked for good. Make a new one.`);
}

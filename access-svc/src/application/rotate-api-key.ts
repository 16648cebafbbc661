import { newApiKey } from '@vigie/access';
import { ApiKeyNotFoundError, ApiKeyOverError } from '../domain/api-key-errors.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import { hashOf, type IssuedKey } from './create-api-key.ts';

/**
 * @param keepPreviousMs how long the key as it was is still taken
 * @throws ApiKeyNotFoundError, ApiKeyOverError, DatabaseError
 */
export type RotateApiKey = (id: string, keepPreviousMs: number) => Promise<IssuedKey>;

export function createRotateApiKey(store: Pick<ApiKeyStore, 'get' | 'rotate'>): RotateApiKey {
  return async (id, keepPreviousMs) => {
    const known = await store.get(id);
    if (known === undefined) throw new ApiKeyNotFoundError(id);
    const key = newApiKey(id);
    const apiKey = await store.rotate(hashOf(key), keepPreviousMs);
    if (apiKey === undefined) throw await whyOver(id);
    return { apiKey, key };
  };

  async function whyOver(id: string): Promise<ApiKeyOverError> {
    return (await store.get(id))?.revokedAt === undefined
      ? new ApiKeyOverError('KEY_EXPIRED', `The API key ${id} has expired. Make a new one.`)
      : new ApiKeyOverError('KEY_REVOKED', `The API key ${id} is revoked for good. Make a new one.`);
  }
}

import type { ApiKey, ApiKeyPosition } from '../domain/api-key.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

export interface ApiKeyPage {
  readonly apiKeys: readonly ApiKey[];
  /** The place of the last key; undefined on the last page. */
  readonly next: ApiKeyPosition | undefined;
}

/** The latest first. @throws DatabaseError */
export type ListApiKeys = (pageSize: number, after: ApiKeyPosition | undefined) => Promise<ApiKeyPage>;

export function createListApiKeys(store: Pick<ApiKeyStore, 'list'>): ListApiKeys {
  return async (pageSize, after) => {
    // One more, to know whether there is another page.
    const found = await store.list(pageSize + 1, after);
    const apiKeys = found.slice(0, pageSize);
    return { apiKeys, next: found.length > pageSize ? apiKeys.at(-1) : undefined };
  };
}

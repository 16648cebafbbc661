import type { ApiKey } from '../domain/api-key.ts';
import type { ListPosition } from '../domain/list-position.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import { type Page, readPage } from './page.ts';

/** The latest first. @throws DatabaseError */
export type ListApiKeys = (tenant: string, pageSize: number, after: ListPosition | undefined) => Promise<Page<ApiKey>>;

export function createListApiKeys(store: Pick<ApiKeyStore, 'of'>): ListApiKeys {
  return (tenant, pageSize, after) =>
    readPage(
      pageSize,
      limit => store.of(tenant).list(limit, after),
      ({ createdAt, id }) => ({ time: createdAt, id }),
    );
}

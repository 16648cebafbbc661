import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Scope } from '@vigie/access';
import type { ApiKey } from '../../domain/api-key.ts';

/** What is read of the table `access.api_keys`; hashes are compared in it, and never leave it. */
export const ApiKeyRow = defineEntity({
  name: 'ApiKeyRow',
  tableName: 'api_keys',
  schema: 'access',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    name: p.text(),
    scopes: p.array().$type<Scope[]>(),
    stores: p.array(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    lastUsedAt: p.datetime(3).nullable(),
    rotatedAt: p.datetime(3).nullable(),
    previousUntil: p.datetime(3).nullable(),
  },
});

export type ApiKeyRow = InferEntity<typeof ApiKeyRow>;

/** Conditions of SQL. */
export const UNEXPIRED = '(expires_at is null or expires_at > now())';
export const IN_USE = `revoked_at is null and ${UNEXPIRED}`;

export function toApiKey(row: ApiKeyRow): ApiKey {
  const { id, tenant, name, scopes, stores, createdAt } = row;
  return {
    ...{ id, tenant, name, scopes, stores, createdAt },
    expiresAt: row.expiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
    rotatedAt: row.rotatedAt ?? undefined,
    previousKeyUntil: row.previousUntil ?? undefined,
  };
}

import type { ApiKey } from '@vigie/client';

export const KEY_COLUMNS = ['ID', 'NAME', 'SCOPES', 'STORES', 'LAST USED', 'STATE'];

export function keyRow({ lastUsedAt = 'never', ...apiKey }: ApiKey): readonly string[] {
  return [apiKey.id, apiKey.name, apiKey.scopes.join(), storesOf(apiKey), lastUsedAt, stateOf(apiKey)];
}

/** An API key with all that is known, a field a line. */
export function keyFields(apiKey: ApiKey): readonly (readonly string[])[] {
  const { id, tenant, name, scopes, expiresAt, createdAt, rotatedAt, previousKeyUntil, revokedAt, lastUsedAt } = apiKey;
  const fields: Record<string, string | undefined> = {
    id,
    name,
    state: stateOf(apiKey),
    scopes: scopes.join(),
    stores: storesOf(apiKey),
    tenant,
    created: createdAt,
    expires: expiresAt ?? 'never',
    rotated: rotatedAt,
    'previous key until': previousKeyUntil,
    revoked: revokedAt,
    'last used': lastUsedAt ?? 'never',
  };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]]));
}

function storesOf({ stores }: ApiKey): string {
  return stores.length === 0 ? 'all' : stores.join();
}

/** By the clock of this machine. */
function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}

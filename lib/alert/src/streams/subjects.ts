import { DEFAULT_TENANT, isTenantId } from '@vigie/access/tenants';
import type { Alert } from '../alert.ts';

/** Whose a message is; its subject says so. */
export type AlertOwner = Pick<Alert, 'tenant' | 'store'>;

/** Encodes a store's name as one legal NATS subject token; most names stay as they are. */
export function storeToken(store: string): string {
  return encodeURIComponent(store).replace(/[.!~*'()]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export const subjects = {
  received: (owner: AlertOwner) => `alerts.received.${ownerTokens(owner)}`,
  processed: (owner: AlertOwner) => `alerts.processed.${ownerTokens(owner)}`,
  failed: (owner: AlertOwner) => `alerts.failed.${ownerTokens(owner)}`,
  quarantined: (owner: AlertOwner) => `alerts.quarantined.${ownerTokens(owner)}`,
};

/** The default tenant has no token: its subjects are those that people and older systems know. */
function ownerTokens({ tenant, store }: AlertOwner): string {
  return tenantPrefix(tenant) + storeToken(store);
}

export function tenantPrefix(tenant: string): string {
  return tenant === DEFAULT_TENANT ? '' : `${tenant}.`;
}

/**
 * The store's name that a subject's last token encodes. A token that can't be decoded, because somebody published it by
 * hand, is returned as it is.
 */
export function storeOfSubject(subject: string): string {
  const lastToken = subject.slice(subject.lastIndexOf('.') + 1);
  try {
    return decodeURIComponent(lastToken);
  } catch {
    return lastToken;
  }
}

/** Whose a message is by its subject; undefined if that names nobody who could be a tenant. */
export function tenantOfSubject(subject: string): string | undefined {
  const [, , tenant = '', store] = subject.split('.');
  if (store === undefined) return DEFAULT_TENANT;
  return isTenantId(tenant) ? tenant : undefined;
}

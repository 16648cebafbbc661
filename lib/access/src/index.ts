export { AccessControl, serviceAuthorization } from './access-control.ts';
export { AccessError } from './access-error.ts';
export { allowedTenant, isOfDefaultTenant, requireDefaultTenant } from './allowed-tenant.ts';
export { newApiKey, newApiKeyId, type ReadApiKey, readApiKey } from './api-key.ts';
export { type AuditEvent, AuditQueue } from './audit-queue.ts';
export {
  allowedStores,
  type ExpiringIdentity,
  type Identity,
  isOfStores,
  ofAllowedStores,
  requireAllStores,
  requireStore,
  SERVICE_IDENTITY,
} from './identity.ts';
export { apiKeyIdentity, type IdentifyApiKey } from './known-keys.ts';
export { isScope, type RequiredScope, SCOPES, type Scope } from './scopes.ts';
export { requireTenantFolder, TenantVideos } from './tenant-videos.ts';
export { type FetchSigningKeys, USER_TOKENS, userIdentity, userIdOf } from './users/user-tokens.ts';

export { translateAccessError } from './access-errors.ts';
export { asService } from './as-service.ts';
export { auditCalls } from './audit-calls.ts';
export { auditEventFromProto, auditEventToProto } from './audit-event-message.ts';
export { authorizeCalls, identityOf, onBehalfOf, setIdentity } from './authorize-calls.ts';
export { fetchSigningKeys } from './fetch-signing-keys.ts';
export { scopeOf } from './method-scope.ts';
export {
  type AccessConfig,
  createAccessControl,
  openAccess,
  openPublicAccess,
  readAccessConfig,
  warnOfKnownSecret,
} from './open-access.ts';
export { openAuditQueue } from './open-audit-queue.ts';
export { readTenantVideos } from './read-tenant-videos.ts';

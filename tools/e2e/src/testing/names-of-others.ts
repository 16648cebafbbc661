import { randomUUID } from 'node:crypto';
import { newApiKeyId } from '@vigie/access';

/** By what a request can name something of another tenant. */
export interface Names {
  /** Ids. */
  readonly key: string;
  readonly user: string;
  readonly tenant: string;
  /** Of a user. */
  readonly email: string;
  // Here: the uid of an alert, its store, the id of a quarantined message, the path of a video.
}

/** What nobody has. */
export function namesOfNobody(): Names {
  return {
    key: newApiKeyId(),
    user: randomUUID(),
    tenant: `nobody-${randomUUID()}`,
    email: `${randomUUID()}@example.com`,
  };
}

const password = 'correct horse battery';
const newPassword = 'staple my own horse';
const scopes = ['alerts:read'];

/** By method: requests that are right, each of which names something; an empty one for all there is. */
export const NAMING: Readonly<Record<string, (names: Names) => readonly object[]>> = {
  'ApiKeyService/CreateApiKey': ({ tenant }) => [{ apiKey: { name: 'a', scopes, tenant } }],
  'ApiKeyService/GetApiKey': ({ key: id, tenant }) => [{ id }, { id, tenant }],
  'ApiKeyService/ListApiKeys': ({ tenant }) => [{}, { tenant }],
  'ApiKeyService/RotateApiKey': ({ key: id, tenant }) => [{ id }, { id, tenant }],
  'ApiKeyService/RevokeApiKey': ({ key: id, tenant }) => [{ id }, { id, tenant }],

  'AuditService/ListAuditEvents': ({ key, user, tenant }) => [
    ...[{}, { tenant }],
    ...[`key:${key}`, `user:${user}`].map(subject => ({ subject })),
  ],

  'SessionService/LogIn': ({ email, tenant }) => [
    { email, password },
    { email, password, tenant },
  ],
  'SessionService/Refresh': () => [{ refreshToken: 'vgr_a' }],
  'SessionService/LogOut': () => [{ refreshToken: 'vgr_a' }],

  'TenantService/CreateTenant': ({ tenant: id }) => [{ tenant: { id } }],
  'TenantService/GetTenant': ({ tenant: id }) => [{ id }],
  'TenantService/ListTenants': () => [{}],
  'TenantService/DisableTenant': ({ tenant: id }) => [{ id }],
  'TenantService/EnableTenant': ({ tenant: id }) => [{ id }],

  'UserService/Register': ({ email }) => [{ email, password }],
  'UserService/ConfirmEmail': () => [{ token: 'a' }],
  'UserService/RequestPasswordReset': ({ email, tenant }) => [{ email }, { email, tenant }],
  'UserService/ResetPassword': () => [{ token: 'a', newPassword }],
  'UserService/GetCurrentUser': () => [{}],
  'UserService/ChangePassword': () => [{ currentPassword: password, newPassword }],
  'UserService/CreateUser': ({ email, tenant }) => [{ user: { email } }, { user: { email, tenant } }],
  'UserService/ListUsers': ({ tenant }) => [{}, { tenant }],
  'UserService/UpdateUser': ({ user: id, tenant }) => [
    { id, disabled: true },
    { id, roles: ['admin'], tenant },
  ],
  'UserService/MoveUser': ({ user: id, tenant }) => [{ id, tenant }],
  'UserService/DeleteUser': ({ user: id, tenant }) => [{ id }, { id, tenant }],

  // Here: AlertService, QuarantinedAlertService and VideoService.
};

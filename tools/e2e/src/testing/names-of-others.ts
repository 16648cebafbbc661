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
  /** The uid of an alert, its store, and its video. */
  readonly alert: string;
  readonly store: string;
  readonly video: string;
  /** The uid of another alert, for who wants it too. */
  readonly taken: string;
  /** The id of a message in quarantine. */
  readonly quarantined: string;
}

/** The tenant of whoever asks. */
export const STRANGERS = 'strangers';

/** What nobody has. */
export function namesOfNobody(): Names {
  return {
    key: newApiKeyId(),
    user: randomUUID(),
    tenant: `nobody-${randomUUID()}`,
    email: `${randomUUID()}@example.com`,
    alert: `nobody-${randomUUID()}`,
    store: `nobody-${randomUUID()}`,
    video: `/videos/nobody-${randomUUID()}.mp4`,
    taken: `nobody-${randomUUID()}`,
    quarantined: `1-${randomUUID()}`,
  };
}

const password = 'correct horse battery';
const newPassword = 'staple my own horse';
const scopes = ['alerts:read'];

/** As a stranger may send it, but that somebody else has sent one of its uid. */
const alertOf = (uid: string) => ({
  ...{ uid, timestamp: 1_748_871_320.68, store: 'store-1' },
  video: `/videos/${STRANGERS}/a.mp4`,
});

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

  'AlertService/CreateAlert': ({ taken }) => [{ alert: alertOf(taken) }],
  'AlertService/BatchCreateAlerts': ({ taken }) => [{ alerts: [alertOf(taken)] }],
  'AlertService/StreamAlerts': ({ taken }) => [{ alert: alertOf(taken) }],
  'AlertService/GetAlert': ({ alert: uid }) => [{ uid }],
  'AlertService/ListAlerts': ({ store, video }) => [{}, { stores: [store] }, { video }],
  'AlertService/SummarizeAlerts': ({ store }) => [{}, { stores: [store] }],
  'AlertService/WatchAlerts': ({ store }) => [{ stores: [store] }],
  'AlertService/ReplayAlerts': ({ alert, store }) => [{ uids: [alert] }, { stores: [store] }],
  'AlertService/DeleteAlert': ({ alert: uid }) => [{ uid }],
  'AlertService/PurgeAlerts': ({ alert, store }) => [{ uids: [alert] }, { stores: [store] }],

  'QuarantinedAlertService/ListQuarantinedAlerts': ({ alert: uid, store }) => [{}, { uid }, { store }],
  'QuarantinedAlertService/RedriveQuarantinedAlerts': ({ quarantined, store }) => [{ ids: [quarantined] }, { store }],
  'QuarantinedAlertService/DiscardQuarantinedAlerts': ({ quarantined, store }) => [{ ids: [quarantined] }, { store }],

  'VideoService/ProbeVideo': ({ video }) => [{ video }],
  'VideoService/GetPoster': ({ alert, video }) => [
    { source: { case: 'uid', value: alert } },
    { source: { case: 'video', value: video } },
  ],
  // It brings all that it is about along.
  'VideoService/ProbeStream': () => [],
};

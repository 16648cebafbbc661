import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';

/** The processes behind the gateway. */
export const UPSTREAM_NAMES = ['ingest', 'probe', 'store', 'access'] as const;
export type UpstreamName = (typeof UPSTREAM_NAMES)[number];

/** A method that the outside world may call, and the process that implements it. */
export interface PublicMethod {
  readonly method: DescMethod;
  readonly upstream: UpstreamName;
}

/** The whole public API. What is not listed here can't be called through the gateway, over any protocol. */
export const PUBLIC_METHODS: readonly PublicMethod[] = [
  ...route(AlertService, {
    createAlert: 'ingest',
    batchCreateAlerts: 'ingest',
    streamAlerts: 'ingest',
    getAlert: 'store',
    listAlerts: 'store',
    summarizeAlerts: 'store',
    watchAlerts: 'store',
    replayAlerts: 'store',
    deleteAlert: 'store',
    purgeAlerts: 'store',
  }),
  ...route(QuarantinedAlertService, {
    listQuarantinedAlerts: 'store',
    redriveQuarantinedAlerts: 'store',
    discardQuarantinedAlerts: 'store',
  }),
  ...route(ApiKeyService, {
    createApiKey: 'access',
    getApiKey: 'access',
    listApiKeys: 'access',
    rotateApiKey: 'access',
    revokeApiKey: 'access',
  }),
  ...route(UserService, {
    register: 'access',
    confirmEmail: 'access',
    requestPasswordReset: 'access',
    resetPassword: 'access',
    getCurrentUser: 'access',
    changePassword: 'access',
    createUser: 'access',
    listUsers: 'access',
    updateUser: 'access',
    moveUser: 'access',
    deleteUser: 'access',
  }),
  ...route(TenantService, {
    createTenant: 'access',
    getTenant: 'access',
    listTenants: 'access',
    disableTenant: 'access',
    enableTenant: 'access',
  }),
  ...route(SessionService, { logIn: 'access', refresh: 'access', logOut: 'access' }),
  ...route(AuditService, { listAuditEvents: 'access' }),
  ...route(VideoService, {
    probeVideo: 'probe',
    probeStream: 'probe',
    getPoster: 'probe',
  }),
];

/** The public services, or those of which one process implements a method. */
export function publicServices(upstream?: UpstreamName): readonly DescService[] {
  const methods = PUBLIC_METHODS.filter(each => upstream === undefined || each.upstream === upstream);
  return [...new Set(methods.map(({ method }) => method.parent))];
}

/** A method that is left out of the routes, or that the service does not have, is a type error. */
function route<S extends DescService>(
  service: S,
  routes: { readonly [M in keyof S['method']]: UpstreamName },
): PublicMethod[] {
  return service.methods.map(method => ({
    method,
    upstream: routes[method.localName as keyof S['method']],
  }));
}

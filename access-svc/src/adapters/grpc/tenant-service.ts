import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { allowedTenant, requireDefaultTenant } from '@vigie/access';
import { identityOf } from '@vigie/access/wire';
import type { TenantSchema } from '@vigie/proto/vigie/access/v1/tenant_pb.ts';
import type { CreateTenantRequest, TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type {
  CreateTenant,
  DisableTenant,
  EnableTenant,
  GetTenant,
  ListTenants,
} from '../../application/manage-tenants.ts';
import type { Tenant, TenantPlan } from '../../domain/tenant.ts';
import { readListRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { unlessUndefined } from './times.ts';

/** Of `Tenant.id`, as in the proto. */
const ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export interface TenantServiceParts {
  readonly createTenant: CreateTenant;
  readonly getTenant: GetTenant;
  readonly listTenants: ListTenants;
  readonly disableTenant: DisableTenant;
  readonly enableTenant: EnableTenant;
}

export function createTenantService(parts: TenantServiceParts): ServiceImplementation<typeof TenantService> {
  return {
    async createTenant(request, context) {
      const identity = identityOf(context);
      requireDefaultTenant(identity);
      return toProto(await parts.createTenant(readPlan(request), identity.subject));
    },

    async getTenant({ id }, context) {
      return toProto(await parts.getTenant(allowedTenant(identityOf(context), id)));
    },

    async listTenants(request, context) {
      requireDefaultTenant(identityOf(context));
      const { pageSize, after } = readListRequest(request, ID);
      const { items, next } = await parts.listTenants(pageSize, after);
      return { tenants: items.map(toProto), nextPageToken: encodePageToken(next) };
    },

    async disableTenant({ id }, context) {
      requireDefaultTenant(identityOf(context));
      return toProto(await parts.disableTenant(id));
    },

    async enableTenant({ id }, context) {
      requireDefaultTenant(identityOf(context));
      return toProto(await parts.enableTenant(id));
    },
  };
}

/** Of what the caller says of the tenant; the rest is not the caller's to say. */
function readPlan({ tenant }: CreateTenantRequest): TenantPlan {
  const { id = '', displayName = '' } = tenant ?? {};
  return { id, displayName: displayName || id };
}

function toProto({ id, displayName, createdAt, disabledAt }: Tenant): MessageInitShape<typeof TenantSchema> {
  return { ...{ id, displayName, createdAt: timestampFromDate(createdAt) }, ...unlessUndefined({ disabledAt }) };
}

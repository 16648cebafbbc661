import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { allowedTenant } from '@vigie/access';
import { identityOf } from '@vigie/access/wire';
import type { ApiKeySchema } from '@vigie/proto/vigie/access/v1/api_key_pb.ts';
import type { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { CreateApiKey, IssuedKey } from '../../application/create-api-key.ts';
import type { GetApiKey, RevokeApiKey } from '../../application/get-api-key.ts';
import type { ListApiKeys } from '../../application/list-api-keys.ts';
import type { RotateApiKey } from '../../application/rotate-api-key.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { readKeepPreviousMs, readPlan } from './api-key-request.ts';
import { readListRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { unlessUndefined } from './times.ts';

/** Of `ApiKey.id`, as in the proto. */
const ID = /^[0-9A-Za-z]{1,64}$/;

export interface ApiKeyServiceParts {
  readonly createApiKey: CreateApiKey;
  readonly getApiKey: GetApiKey;
  readonly listApiKeys: ListApiKeys;
  readonly rotateApiKey: RotateApiKey;
  readonly revokeApiKey: RevokeApiKey;
}

export function createApiKeyService(parts: ApiKeyServiceParts): ServiceImplementation<typeof ApiKeyService> {
  const { createApiKey, getApiKey, listApiKeys, rotateApiKey, revokeApiKey } = parts;

  return {
    async createApiKey(request, context) {
      const identity = identityOf(context);
      const tenant = allowedTenant(identity, request.apiKey?.tenant ?? '');
      return issuedToProto(await createApiKey(tenant, readPlan(request), identity.subject));
    },

    async getApiKey({ id, tenant }, context) {
      return toProto(await getApiKey(allowedTenant(identityOf(context), tenant), id));
    },

    async listApiKeys(request, context) {
      const tenant = allowedTenant(identityOf(context), request.tenant);
      const { pageSize, after } = readListRequest(request, ID);
      const { items, next } = await listApiKeys(tenant, pageSize, after);
      return { apiKeys: items.map(toProto), nextPageToken: encodePageToken(next) };
    },

    async rotateApiKey(request, context) {
      const tenant = allowedTenant(identityOf(context), request.tenant);
      return issuedToProto(await rotateApiKey(tenant, request.id, readKeepPreviousMs(request)));
    },

    async revokeApiKey({ id, tenant }, context) {
      return toProto(await revokeApiKey(allowedTenant(identityOf(context), tenant), id));
    },
  };
}

function issuedToProto({ apiKey, key }: IssuedKey) {
  return { apiKey: toProto(apiKey), key };
}

function toProto(apiKey: ApiKey): MessageInitShape<typeof ApiKeySchema> {
  const { id, tenant, name, scopes, stores, createdAt } = apiKey;
  const { expiresAt, revokedAt, lastUsedAt, rotatedAt, previousKeyUntil } = apiKey;
  return {
    ...{ id, tenant, name, scopes: [...scopes], stores: [...stores] },
    createdAt: timestampFromDate(createdAt),
    ...unlessUndefined({ expiresAt, revokedAt, lastUsedAt, rotatedAt, previousKeyUntil }),
  };
}

import { timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, createClient, type Transport } from '@connectrpc/connect';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { rpcError } from '@vigie/service-kit/grpc';
import { apiKeyIdentity, type IdentifyApiKey } from '../known-keys.ts';
import { DEFAULT_TENANT } from '../tenants.ts';

/** Asks access-svc whose a key is. @throws ConnectError UNAVAILABLE if that gives no answer */
export function identifyByService(transport: Transport): IdentifyApiKey {
  const client = createClient(CredentialService, transport);
  return async ({ id, sha256 }) => {
    const { identity } = await client.identifyApiKey({ id, sha256 }).catch(cause => {
      const message = 'Nobody can tell now whose this API key is; try again.';
      throw rpcError(Code.Unavailable, message, { reason: 'ACCESS_UNREACHABLE', retryDelayMs: 1_000, cause });
    });
    if (identity === undefined) return undefined;
    const expiresAtMs = identity.expiresAt && timestampMs(identity.expiresAt);
    return apiKeyIdentity(id, { ...identity, tenant: identity.tenant || DEFAULT_TENANT, expiresAtMs });
  };
}

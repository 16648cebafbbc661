import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { FetchSigningKeys, IdentifyApiKey } from '@vigie/access';
import type { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';

/** Internal: services ask whose the keys and tokens are that they are shown. */
export function createCredentialService(
  identifyApiKey: IdentifyApiKey,
  fetchSigningKeys: FetchSigningKeys,
): ServiceImplementation<typeof CredentialService> {
  return {
    async identifyApiKey({ id, sha256 }) {
      const found = await identifyApiKey({ id, sha256: Buffer.from(sha256) });
      if (found === undefined) return {};
      const { tenant, scopes, stores = [], expiresAtMs } = found;
      return {
        identity: {
          tenant,
          scopes: [...scopes],
          stores: [...stores],
          ...(Number.isFinite(expiresAtMs) && { expiresAt: timestampFromMs(expiresAtMs) }),
        },
      };
    },

    async getSigningKeys() {
      return { jwks: await fetchSigningKeys() };
    },
  };
}

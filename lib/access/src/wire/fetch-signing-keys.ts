import { createClient, type Transport } from '@connectrpc/connect';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import type { FetchSigningKeys } from '../users/user-tokens.ts';

/**
 * Asks access-svc by which keys users' tokens are signed. It throws ConnectError if that gives no answer.
 *
 * @param headers - of the call, where the transport doesn't say which service calls
 */
export function fetchSigningKeys(
  transport: Transport,
  headers: Readonly<Record<string, string>> = {},
): FetchSigningKeys {
  const client = createClient(CredentialService, transport);
  return async () => (await client.getSigningKeys({}, { headers })).jwks;
}

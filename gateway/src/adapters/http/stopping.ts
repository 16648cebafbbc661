import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/mesh/grpc/rpc-error.ts';

/** What an endless stream ends with when the gateway stops. */
export function stoppingError(): ConnectError {
  return rpcError(Code.Unavailable, 'The gateway is stopping; call again.', {
    reason: 'STOPPING',
    retryDelayMs: 1_000,
  });
}

import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';

/** What an endless stream ends with when the gateway stops. */
export function stoppingError(): ConnectError {
  return rpcError(Code.Unavailable, 'The gateway is stopping; call again.', {
    reason: 'STOPPING',
    retryDelayMs: 1_000,
  });
}

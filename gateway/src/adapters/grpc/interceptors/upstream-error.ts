import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';

/** A channel is back within moments of its service. */
const RETRY_DELAY_MS = 1_000;

/**
 * The error of a call as a client may see it. What a service says with details passes unchanged; what the channel
 * itself says names addresses of the inside, so it is put in other words.
 */
export function toClientError(error: ConnectError): ConnectError {
  if (error.details.length > 0) return error;
  if (error.code === Code.Unavailable) {
    return rpcError(Code.Unavailable, 'A service behind the gateway gives no answer; send the request again.', {
      reason: 'UPSTREAM_UNREACHABLE',
      retryDelayMs: RETRY_DELAY_MS,
      cause: error,
    });
  }
  if (error.code === Code.DeadlineExceeded) {
    return rpcError(Code.DeadlineExceeded, 'There was no answer within the deadline.', {
      reason: 'DEADLINE_EXCEEDED',
      cause: error,
    });
  }
  return error;
}

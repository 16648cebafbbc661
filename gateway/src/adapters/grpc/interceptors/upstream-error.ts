import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError, withReason } from '@vigie/service-kit/grpc';

/** Short: a channel reconnects soon after its service is back. */
const RETRY_DELAY_MS = 1_000;

/**
 * The error of a call as a client may see it. A service's error with details passes unchanged. An error of the channel
 * itself names internal addresses, so its message is replaced.
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
  return withReason(error);
}

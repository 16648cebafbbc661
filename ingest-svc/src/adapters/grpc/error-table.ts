import { Code, type ConnectError } from '@connectrpc/connect';
import { InvalidAlertError } from '@vigie/alert';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { AlertQueueError, type AlertQueueErrorReason } from '../../ports/alert-queue.ts';

/**
 * A full stream has room again once alerts are probed and trimmed, which takes longer than a restart of nats-server.
 */
const RETRY_DELAYS_MS: Readonly<Record<AlertQueueErrorReason, number>> = {
  QUEUE_FULL: 5_000,
  QUEUE_UNREACHABLE: 1_000,
};

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidAlertError) return invalidArgument(error.violations, error);
  if (error instanceof AlertQueueError) {
    return rpcError(Code.Unavailable, `${error.message} Send the alert again later; nothing of it was kept.`, {
      reason: error.reason,
      retryDelayMs: RETRY_DELAYS_MS[error.reason],
      // The publish was retried already: another retry would take longer than the caller's deadline, and hide this
      // error from it.
      forbidsRetry: error.reason === 'QUEUE_UNREACHABLE',
      cause: error,
    });
  }
  return undefined;
}

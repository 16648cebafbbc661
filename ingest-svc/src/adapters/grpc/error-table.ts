import { Code, type ConnectError } from '@connectrpc/connect';
import { translateAccessError } from '@vigie/access/wire';
import { InvalidAlertError } from '@vigie/alert';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { UidTakenError } from '../../application/accept-alert.ts';
import { AlertQueueError, type AlertQueueErrorReason } from '../../ports/alert-queue.ts';

/**
 * A full stream has room again once alerts are probed and trimmed, which takes longer than a restart of nats-server.
 */
const RETRY_DELAYS_MS: Readonly<Record<AlertQueueErrorReason, number>> = {
  QUEUE_FULL: 5_000,
  QUEUE_UNREACHABLE: 1_000,
  ACCEPTANCE_UNKNOWN: 1_000,
};

const NOTHING_KEPT = 'Send the alert again later; nothing of it was kept.';

/** What to do, and what became of the alert. */
const ADVICE: Readonly<Record<AlertQueueErrorReason, string>> = {
  QUEUE_FULL: NOTHING_KEPT,
  QUEUE_UNREACHABLE: NOTHING_KEPT,
  ACCEPTANCE_UNKNOWN:
    'Whether the alert was accepted is not known: send it again later with the same uid, it is stored once.',
};

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidAlertError) return invalidArgument(error.violations, error);
  if (error instanceof UidTakenError) {
    return rpcError(Code.AlreadyExists, error.message, {
      reason: error.reason,
      resource: { type: AlertSchema.typeName, name: error.uid },
      cause: error,
    });
  }
  if (error instanceof AlertQueueError) {
    return rpcError(Code.Unavailable, `${error.message} ${ADVICE[error.reason]}`, {
      reason: error.reason,
      retryDelayMs: RETRY_DELAYS_MS[error.reason],
      // The publish was retried already: another retry would take longer than the caller's deadline, and hide this
      // error from it.
      forbidsRetry: error.reason !== 'QUEUE_FULL',
      cause: error,
    });
  }
  return translateAccessError(error);
}

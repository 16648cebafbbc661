import { Code, type ConnectError } from '@connectrpc/connect';
import { translateAccessError } from '@vigie/access/wire';
import { InvalidAlertError } from '@vigie/alert';
import { IncompleteRecordError } from '@vigie/alert/wire';
import { translateFeedError } from '@vigie/outcome-feed/wire';
import { databaseRpcError } from '@vigie/postgres/wire';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { AlertUnfinishedError } from '../../application/delete-alerts.ts';
import { AlertNotFoundError } from '../../application/get-alert.ts';
import { DatabaseError } from '../../ports/alert-store.ts';
import { ReplayQueueError, type ReplayQueueErrorReason } from '../../ports/replay-queue.ts';

interface Row {
  /** For the caller: the inner reason is for the logs. */
  readonly message: string;
  readonly retryDelayMs: number;
}

const QUEUE_FAULTS: Readonly<Record<ReplayQueueErrorReason, Row>> = {
  QUEUE_FULL: {
    message: 'The alert stream is full. Call again later; what was put into it already is not lost.',
    retryDelayMs: 5_000,
  },
  QUEUE_UNREACHABLE: {
    message: 'The alert stream gives no answer. Call again later; doing it twice is safe.',
    retryDelayMs: 1_000,
  },
};

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidAlertError) return invalidArgument(error.violations, error);
  if (error instanceof IncompleteRecordError) {
    return rpcError(Code.InvalidArgument, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof AlertNotFoundError) {
    return rpcError(Code.NotFound, error.message, {
      reason: error.reason,
      resource: { type: AlertSchema.typeName, name: error.uid },
      cause: error,
    });
  }
  if (error instanceof AlertUnfinishedError) {
    return rpcError(Code.FailedPrecondition, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof DatabaseError) return databaseRpcError(error, 'Call again later; doing it twice is safe.');
  if (error instanceof ReplayQueueError) {
    const { message, retryDelayMs } = QUEUE_FAULTS[error.reason];
    return rpcError(Code.Unavailable, message, { reason: error.reason, retryDelayMs, cause: error });
  }
  return translateAccessError(error) ?? translateFeedError(error);
}

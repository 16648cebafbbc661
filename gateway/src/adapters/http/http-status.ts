import { Code, type ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';

/** By https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const STATUSES: Readonly<Record<Code, number>> = {
  [Code.Canceled]: 499,
  [Code.Unknown]: 500,
  [Code.InvalidArgument]: 400,
  [Code.DeadlineExceeded]: 504,
  [Code.NotFound]: 404,
  [Code.AlreadyExists]: 409,
  [Code.PermissionDenied]: 403,
  [Code.ResourceExhausted]: 429,
  [Code.FailedPrecondition]: 400,
  [Code.Aborted]: 409,
  [Code.OutOfRange]: 400,
  [Code.Unimplemented]: 501,
  [Code.Internal]: 500,
  [Code.Unavailable]: 503,
  [Code.DataLoss]: 500,
  [Code.Unauthenticated]: 401,
};

/** Where HTTP has a better word than the gRPC code: sending such a request again is no use. */
const STATUSES_OF_REASONS: ReadonlyMap<string, number> = new Map([
  ['BODY_TOO_LARGE', 413],
  ['BODY_TOO_SLOW', 408],
  ['MESSAGE_TOO_COMPLEX', 413],
  ['IDEMPOTENCY_KEY_REUSED', 422],
]);

export function httpStatusOf(error: ConnectError): number {
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason ?? '';
  return STATUSES_OF_REASONS.get(reason) ?? STATUSES[error.code] ?? 500;
}

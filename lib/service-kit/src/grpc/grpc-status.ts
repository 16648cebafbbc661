import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ConnectError, encodeBinaryHeader } from '@connectrpc/connect';
import type { ServiceError, StatusObject } from '@grpc/grpc-js';
import { StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import { encodeGrpcMessage } from './grpc-message.ts';
import { fromStatus, toStatus, withReason } from './rpc-error.ts';

/** Trailer with the binary `google.rpc.Status`, as every gRPC library reads it. */
const STATUS_DETAILS = 'grpc-status-details-bin';

/**
 * An error that has no details gets a reason.
 *
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses
 */
export function toTrailer(thrown: ConnectError): Headers {
  const error = withReason(thrown);
  const trailer = new Headers(error.metadata);
  trailer.set('grpc-status', String(error.code));
  trailer.set('grpc-message', encodeGrpcMessage(error.rawMessage));
  trailer.set(STATUS_DETAILS, encodeBinaryHeader(toBinary(StatusSchema, toStatus(error))));
  return trailer;
}

export function fromGrpcStatus(status: ServiceError | StatusObject): ConnectError {
  const [details] = status.metadata?.get(STATUS_DETAILS) ?? [];
  const error =
    details instanceof Uint8Array
      ? fromStatus(fromBinary(StatusSchema, details))
      : new ConnectError(status.details, status.code as number);
  error.cause = status;
  return error;
}

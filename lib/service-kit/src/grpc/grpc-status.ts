import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import { fromStatus, toStatus } from './rpc-error.ts';

/** Trailer with the binary `google.rpc.Status`, as every gRPC library reads it. */
const STATUS_DETAILS = 'grpc-status-details-bin';

export function toGrpcStatus(error: ConnectError): StatusObject {
  const metadata = new Metadata();
  error.metadata.forEach((value, key) => {
    metadata.set(key, value);
  });
  metadata.set(STATUS_DETAILS, Buffer.from(toBinary(StatusSchema, toStatus(error))));
  return { code: error.code as number, details: error.rawMessage, metadata };
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

import { createRegistry, type JsonObject, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import type { ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { codeNameOf, toStatus } from '@vigie/service-kit/grpc';

/** The types that travel inside `google.protobuf.Any`: error details, also those of an item of a batch. */
export const anyTypes = createRegistry(file_google_rpc_error_details);

/** An error's body as AIP-193 shows it, and the reason of its `ErrorInfo` beside the status. */
export function errorJson(error: ConnectError, httpStatus: number): { readonly error: JsonObject } {
  const status = codeNameOf(error.code);
  return {
    error: {
      code: httpStatus,
      status,
      reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? status,
      message: error.rawMessage,
      details: toStatus(error).details.map(detailJson),
    },
  };
}

function detailJson(detail: Any): JsonValue {
  try {
    const { '@type': type = '', ...fields } = toJson(AnySchema, detail, { registry: anyTypes }) as JsonObject;
    return { '@type': type, ...fields };
  } catch {
    // A newer service may send what this gateway has no descriptor of; it passes unread.
    return { '@type': detail.typeUrl, value: Buffer.from(detail.value).toString('base64') };
  }
}

import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';
import { checkWire } from './check-wire.ts';
import type { DecodeLimits } from './decode-limits.ts';

/**
 * Decodes a message whose sender is not trusted. Unknown fields are dropped.
 *
 * @param count is given an estimate of what the message will take on the heap; may refuse by throwing
 * @throws ConnectError RESOURCE_EXHAUSTED beyond a limit, INVALID_ARGUMENT where the bytes are malformed, and what
 * `count` throws
 */
export function decodeBinary<S extends DescMessage>(
  schema: S,
  bytes: Uint8Array,
  limits: DecodeLimits,
  count: (heapBytes: number) => void = () => {},
): MessageShape<S> {
  count(checkWire(schema, bytes, limits));
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (error) {
    // Such as a text that is not UTF-8.
    throw rpcError(Code.InvalidArgument, `The message is not well-formed protobuf: ${(error as Error).message}.`, {
      reason: 'MALFORMED_PROTOBUF',
      cause: error,
    });
  }
}

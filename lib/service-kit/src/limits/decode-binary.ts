import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
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
  return fromBinary(schema, bytes, { readUnknownFields: false });
}

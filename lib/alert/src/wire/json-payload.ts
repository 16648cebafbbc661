import type { JsonValue } from '@bufbuild/protobuf';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws Error if the bytes are no UTF-8 or no JSON */
export function parseJsonPayload(payload: Uint8Array): JsonValue {
  return JSON.parse(utf8.decode(payload)) as JsonValue;
}

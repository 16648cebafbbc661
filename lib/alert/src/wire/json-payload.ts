import type { JsonValue } from '@bufbuild/protobuf';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws Error if the bytes are no UTF-8 or no JSON */
export function parseJsonPayload(payload: Uint8Array): JsonValue {
  return JSON.parse(utf8.decode(payload)) as JsonValue;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Whether a text is a number as JSON writes it; JavaScript alone also reads `0x10`, ` 1 ` and the empty text. */
export function isNumberText(text: string): boolean {
  return NUMBER.test(text);
}

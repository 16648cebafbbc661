import type { JsonValue } from '@bufbuild/protobuf';

/** A whole answer, before it is compressed for its client. */
export interface Answer {
  readonly status: number;
  /** Those that belong to it, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export const JSON_TYPE = 'application/json';

export function jsonAnswer(status: number, json: JsonValue, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(`${JSON.stringify(json)}\n`);
  return { status, headers: { ...headers, 'content-type': JSON_TYPE }, body };
}

import { clone, type DescMessage, type Message, toJsonString } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

const MAX_BYTES = 4_096;

/**
 * A request as proto3 JSON, for people: without fields marked `debug_redact`, and cut off after 4 KiB.
 *
 * @returns empty for one that has no JSON, such as a time with nanos out of bounds
 */
export function requestText(schema: DescMessage, request: Message): string {
  const shown = clone(schema, request);
  redact(reflect(schema, shown));
  return cut(tryToJson(schema, shown));
}

function redact(message: ReflectMessage): void {
  for (const field of message.fields) {
    if (field.proto.options?.debugRedact) message.clear(field);
    else if (field.fieldKind === 'message' && message.isSet(field)) redact(message.get(field));
    else if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const item of message.get(field)) redact(item as ReflectMessage);
    } else if (field.fieldKind === 'map' && field.mapKind === 'message') {
      for (const item of message.get(field).values()) redact(item as ReflectMessage);
    }
  }
}

function tryToJson(schema: DescMessage, message: Message): string {
  try {
    return toJsonString(schema, message);
  } catch {
    return '';
  }
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.byteLength <= MAX_BYTES ? text : `${bytes.subarray(0, MAX_BYTES)}…`;
}

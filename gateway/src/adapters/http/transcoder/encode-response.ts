import { type DescMessage, type JsonObject, type JsonValue, type Message, toJson } from '@bufbuild/protobuf';
import { anyTypes } from '../error-json.ts';
import { findField } from '../field-path.ts';
import type { HttpBinding } from './http-binding.ts';
import { showStatuses } from './show-statuses.ts';

export interface TypedBytes {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** `google.api.HttpBody`, of which no generated code is needed. */
interface HttpBody {
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** Fields that are empty are shown too: a reader of `"duplicate": false` need not know the proto. */
const JSON_OPTIONS = { alwaysEmitImplicit: true, registry: anyTypes };

/** Whether the answer is the bytes of a `google.api.HttpBody`, not JSON. */
export function answersRawBytes({ method, responseField }: HttpBinding): boolean {
  return (responseField?.message ?? method.output).typeName === 'google.api.HttpBody';
}

export function encodeJson({ method, responseField }: HttpBinding, message: Message): JsonValue {
  const json = showStatuses(method.output, message, toJson(method.output, message, JSON_OPTIONS) as JsonObject);
  if (responseField === undefined) return json;
  return json[responseField.jsonName] ?? null;
}

/** The header `Location` of a success that has one. */
export function locationHeader({ location, method }: HttpBinding, message: Message): Record<string, string> {
  if (location === undefined) return {};
  const path = location.replace(/\{([\w.]+)\}/g, (_, fieldPath: string) => {
    return encodeURIComponent(String(valueAt(method.output, message, fieldPath.split('.'))));
  });
  return { location: path };
}

function valueAt(schema: DescMessage, message: Message | undefined, fieldPath: readonly string[]): unknown {
  const [name = '', ...rest] = fieldPath;
  const field = findField(schema, name);
  const value = (message as Readonly<Record<string, unknown>> | undefined)?.[field?.localName ?? ''];
  if (rest.length === 0 || field?.message === undefined) return value ?? '';
  return valueAt(field.message, value as Message | undefined, rest);
}

export function encodeBytes({ responseField }: HttpBinding, message: Message): TypedBytes {
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const body = (responseField === undefined ? message : fields[responseField.localName]) as HttpBody | undefined;
  return {
    contentType: body?.contentType || 'application/octet-stream',
    bytes: body?.data ?? new Uint8Array(),
  };
}

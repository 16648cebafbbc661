import { type JsonObject, type JsonValue, type Message, toJson } from '@bufbuild/protobuf';
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
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const path = location.replace(/\{(\w+)\}/g, (_, name: string) => {
    return encodeURIComponent(String(fields[findField(method.output, name)?.localName ?? '']));
  });
  return { location: path };
}

export function encodeBytes({ responseField }: HttpBinding, message: Message): TypedBytes {
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const body = (responseField === undefined ? message : fields[responseField.localName]) as HttpBody | undefined;
  return {
    contentType: body?.contentType || 'application/octet-stream',
    bytes: body?.data ?? new Uint8Array(),
  };
}

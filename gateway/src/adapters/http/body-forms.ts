import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import type { FieldViolation } from '@vigie/alert';
import { findField } from './field-path.ts';
import { hasTextForm, textToJson, ValueFormError } from './value-forms.ts';

export interface Proto3Json {
  readonly json: JsonValue;
  /** What has none of the forms that are taken; left out of `json`. */
  readonly violations: readonly FieldViolation[];
}

/**
 * Rewrites the JSON of a body, whose values may have every form that a parameter may have, to proto3 JSON: enums in any
 * case, times as Unix seconds, numbers and booleans as strings, an empty string for what is absent. What fits no form
 * at all is left for `fromJson` to refuse.
 */
export function toProto3Json(desc: DescMessage, json: JsonValue): Proto3Json {
  const violations: FieldViolation[] = [];
  return { json: rewriteMessage(desc, json, '', violations), violations };
}

function rewriteMessage(desc: DescMessage, json: JsonValue, path: string, violations: FieldViolation[]): JsonValue {
  if (!isJsonObject(json)) return json;
  const rewritten: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(json)) {
    const field = findField(desc, key);
    const found = field === undefined ? value : rewriteField(field, value, joinPath(path, key), violations);
    if (found !== undefined) rewritten.push([key, found]);
  }
  // Not by assignment, which `__proto__` would not survive.
  return Object.fromEntries(rewritten);
}

function rewriteField(
  field: DescField,
  value: JsonValue,
  path: string,
  violations: FieldViolation[],
): JsonValue | undefined {
  if (field.fieldKind === 'map') return value;
  if (field.fieldKind !== 'list') return rewriteElement(field, value, path, violations);
  if (!Array.isArray(value)) return value;
  return value.flatMap((item, index) => {
    const found = rewriteElement(field, item, `${path}[${index}]`, violations);
    return found === undefined ? [] : [found];
  });
}

/** @returns undefined if the value is left out: it is empty, or wrong */
function rewriteElement(
  field: DescField,
  value: JsonValue,
  path: string,
  violations: FieldViolation[],
): JsonValue | undefined {
  const { message } = field;
  if (message !== undefined && !hasTextForm(message)) {
    return message.typeName.startsWith('google.protobuf.') ? value : rewriteMessage(message, value, path, violations);
  }
  const text = textOf(value, message);
  if (text === undefined || isPlainText(field)) return value;
  if (text === '') return undefined;
  try {
    return textToJson(field, text);
  } catch (error) {
    if (!(error instanceof ValueFormError)) throw error;
    violations.push({ field: path, description: error.message });
    return undefined;
  }
}

/** The text of a value for which other forms are taken; numbers have one where a message is written as one value. */
function textOf(value: JsonValue, message: DescMessage | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && message !== undefined ? String(value) : undefined;
}

/** Whether a string is what it says, empty or not. */
function isPlainText({ scalar, message }: DescField): boolean {
  return message === undefined
    ? scalar === ScalarType.STRING || scalar === ScalarType.BYTES
    : /^google[.]protobuf[.](String|Bytes)Value$/.test(message.typeName);
}

export function isJsonObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

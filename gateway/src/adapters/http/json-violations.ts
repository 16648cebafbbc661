import { type DescField, type DescMessage, fromJson, type JsonValue } from '@bufbuild/protobuf';
import type { FieldViolation } from '@vigie/alert';
import { anyTypes } from './error-json.ts';
import { findField } from './field-path.ts';

/** Enough to see what is wrong; a request may be wrong in thousands of places. */
export const MAX_VIOLATIONS = 20;

/** What is wrong with a JSON that doesn't fit the message: one violation per field, with its path in the JSON. */
export function findJsonViolations(desc: DescMessage, json: JsonValue): readonly FieldViolation[] {
  return messageViolations(desc, json, '').take(MAX_VIOLATIONS).toArray();
}

/** protobuf's error message about a JSON that doesn't fit, without its beginning, which repeats the field's name. */
export function describeJsonError(error: unknown): string {
  const { message } = error as Error;
  const reason = /from JSON: (.*)$/s.exec(message)?.[1] ?? message;
  return reason.replace(/^expected /, 'must be ');
}

function* messageViolations(desc: DescMessage, json: JsonValue, path: string): Generator<FieldViolation> {
  // The well-known types have a JSON of their own.
  if (!isPlainObject(json) || desc.typeName.startsWith('google.protobuf.')) {
    yield* violationOf(path, () => fromJson(desc, json, { registry: anyTypes }));
    return;
  }
  for (const [key, value] of Object.entries(json)) {
    const field = findField(desc, key);
    if (field === undefined) yield unknownField(desc, join(path, key));
    else if (value !== null) yield* fieldViolations(field, key, value, join(path, key));
  }
}

function* fieldViolations(field: DescField, key: string, value: JsonValue, path: string): Generator<FieldViolation> {
  if (field.fieldKind === 'message') {
    yield* messageViolations(field.message, value, path);
  } else if (field.fieldKind === 'list' && field.message !== undefined && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* messageViolations(field.message, item, `${path}[${index}]`);
    }
  } else {
    yield* violationOf(path, () => fromJson(field.parent, { [key]: value }));
  }
}

function* violationOf(path: string, read: () => unknown): Generator<FieldViolation> {
  try {
    read();
  } catch (error) {
    yield { field: path, description: describeJsonError(error) };
  }
}

function unknownField(desc: DescMessage, path: string): FieldViolation {
  const known = desc.fields.map(({ jsonName }) => jsonName).join(', ');
  return { field: path, description: `is unknown; there are ${known}` };
}

function isPlainObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

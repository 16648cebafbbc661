import { type DescField, type DescMessage, fromJson, getOption, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { FieldViolation } from '@vigie/alert';
import { FieldBehavior, field_behavior } from '@vigie/proto/google/api/field_behavior_pb.ts';
import { isJsonObject, joinPath } from './body-forms.ts';
import { anyTypes } from './error-json.ts';
import { findField } from './field-path.ts';
import { describeTextForm, hasTextForm, quote } from './value-forms.ts';

/** Enough to see what is wrong; a request may be wrong in thousands of places. */
export const MAX_VIOLATIONS = 20;

/** What is wrong with a JSON that doesn't fit the message: one violation per field, with its path in the JSON. */
export function findJsonViolations(desc: DescMessage, json: JsonValue, root: string): readonly FieldViolation[] {
  return messageViolations(desc, json, '', root).take(MAX_VIOLATIONS).toArray();
}

/** protobuf's error message about a JSON that doesn't fit, without its beginning, which repeats the field's name. */
export function describeJsonError(error: unknown): string {
  const { message } = error as Error;
  const reason = /from JSON: (.*)$/s.exec(message)?.[1] ?? message;
  return reason.replace(/^expected /, 'must be ');
}

/** The fields of a message that a client sends. */
export function clientFields(desc: DescMessage): string {
  return desc.fields
    .filter(field => !getOption(field, field_behavior).includes(FieldBehavior.OUTPUT_ONLY))
    .map(({ jsonName }) => jsonName)
    .join(', ');
}

/** Whether a client has to send the field. */
export function isRequiredField(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.REQUIRED);
}

function* messageViolations(desc: DescMessage, json: JsonValue, path: string, root: string): Generator<FieldViolation> {
  // The well-known types have a JSON of their own.
  if (desc.typeName.startsWith('google.protobuf.')) {
    yield* violationOf(path || root, () => fromJson(desc, json, { registry: anyTypes }));
    return;
  }
  if (!isJsonObject(json)) {
    yield { field: path || root, description: `must be a JSON object with ${clientFields(desc)}, not ${quote(json)}` };
    return;
  }
  for (const [key, value] of Object.entries(json)) {
    const field = findField(desc, key);
    if (field === undefined) yield unknownField(desc, joinPath(path, key));
    else if (value !== null) yield* fieldViolations(field, key, value, joinPath(path, key));
  }
}

function* fieldViolations(field: DescField, key: string, value: JsonValue, path: string): Generator<FieldViolation> {
  if (field.fieldKind === 'list' && !Array.isArray(value)) {
    yield { field: path, description: `must be a JSON array, not ${quote(value)}` };
  } else if (field.fieldKind === 'map' && field.scalar === ScalarType.STRING) {
    yield* textMapViolations(value, path);
  } else if (field.fieldKind === 'message' && hasTextForm(field.message)) {
    const isWrong = violationOf(path, () => fromJson(field.parent, { [key]: value })).next().value !== undefined;
    if (isWrong) yield { field: path, description: `${describeTextForm(field.message)}, not ${quote(value)}` };
  } else if (field.fieldKind === 'message') {
    yield* messageViolations(field.message, value, path, path);
  } else if (field.fieldKind === 'list' && field.message !== undefined && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* messageViolations(field.message, item, `${path}[${index}]`, path);
    }
  } else {
    yield* violationOf(path, () => fromJson(field.parent, { [key]: value }));
  }
}

function* textMapViolations(map: JsonValue, path: string): Generator<FieldViolation> {
  if (!isJsonObject(map)) {
    yield { field: path, description: `must be a JSON object, not ${quote(map)}` };
    return;
  }
  for (const [key, value] of Object.entries(map)) {
    const description = describeWrongText(key, value);
    if (description !== undefined) yield { field: path + pathToString([{ kind: 'map_sub', key }]), description };
  }
}

function describeWrongText(key: string, value: JsonValue): string | undefined {
  if (typeof value !== 'string') return `must be a string, not ${quote(value)}`;
  return key.isWellFormed() && value.isWellFormed() ? undefined : 'must be well-formed Unicode';
}

function* violationOf(path: string, read: () => unknown): Generator<FieldViolation> {
  try {
    read();
  } catch (error) {
    yield { field: path, description: describeJsonError(error) };
  }
}

function unknownField(desc: DescMessage, path: string): FieldViolation {
  return { field: path, description: `is unknown; there are ${clientFields(desc)}` };
}

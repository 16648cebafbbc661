import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
} from '@bufbuild/protobuf';
import type { FieldViolation } from '@vigie/alert';
import { invalidArgument } from '@vigie/service-kit/grpc';
import { isJsonObject, toProto3Json } from '../body-forms.ts';
import { anyTypes } from '../error-json.ts';
import { findField, resolveFieldPath } from '../field-path.ts';
import { jsonViolations, messageFromJson } from '../json-message.ts';
import { clientFields, findJsonViolations, isRequiredField, MAX_VIOLATIONS } from '../json-violations.ts';
import { quote, ValueFormError } from '../value-forms.ts';
import type { HttpBinding } from './http-binding.ts';
import { parameterToJson } from './parameter-value.ts';
import type { Capture } from './path-template.ts';

export interface RequestParts {
  readonly captures: readonly Capture[];
  /** As in the URL, without the question mark. */
  readonly query: string;
  /** `undefined` if the request has none. */
  readonly body: JsonValue | undefined;
}

/**
 * The request message that path, query and body make together.
 *
 * @throws ConnectError INVALID_ARGUMENT naming each field or parameter that is wrong
 */
export function decodeRequest(binding: HttpBinding, { captures, query, body }: RequestParts): Message {
  const takesBodyAlone = binding.body.kind === 'message' && captures.length === 0 && query === '';
  if (takesBodyAlone) return messageFromJson(binding.method.input, body === undefined ? {} : body);
  const read = readBody(binding, body);
  const json = bodyToJson(binding, read.json);
  const violations = [
    ...read.violations,
    ...captures.flatMap(({ fieldPath, value }) => addParameter(binding, json, fieldPath, [value], 'path')),
    ...(query === '' ? [] : addQuery(binding, json, query)),
  ];
  if (violations.length > 0) throw invalidArgument(violations.slice(0, MAX_VIOLATIONS));
  return readMessage(binding.method.input, json, error => bodyViolations(binding, read.json, error));
}

interface ReadBody {
  readonly json: JsonValue | undefined;
  readonly violations: readonly FieldViolation[];
}

function readBody({ body: target, method }: HttpBinding, body: JsonValue | undefined): ReadBody {
  const desc = target.kind === 'field' ? target.field.message : method.input;
  if (target.kind === 'none' || desc === undefined) return { json: body, violations: [] };
  if (body === undefined || body === null) {
    const isRequired = target.kind === 'field' && isRequiredField(target.field);
    const description = `is required: a JSON object with ${clientFields(desc)}`;
    return { json: body, violations: isRequired ? [{ field: 'body', description }] : [] };
  }
  const { json, violations } = toProto3Json(desc, body);
  return {
    json,
    violations: violations.length === 0 ? [] : [...violations, ...findJsonViolations(desc, json, 'body')],
  };
}

function bodyToJson({ body: target }: HttpBinding, body: JsonValue | undefined): JsonObject {
  if (target.kind === 'none' || body === undefined) return {};
  if (target.kind === 'field') return { [target.field.jsonName]: body };
  if (isJsonObject(body)) return { ...body };
  throw invalidArgument([{ field: 'body', description: `must be a JSON object, not ${quote(body)}` }]);
}

function addQuery(binding: HttpBinding, json: JsonObject, query: string): readonly FieldViolation[] {
  const parameters = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return parameters
    .entries()
    .flatMap(([name, pairs]) => {
      // `?store=` is what a form or a script sends for "no filter".
      const values = pairs.map(([, value]) => value).filter(value => value !== '');
      return addParameter(binding, json, name.split('.'), values, 'query');
    })
    .take(MAX_VIOLATIONS)
    .toArray();
}

/** Puts a parameter into the request's JSON; returns what is wrong with it. */
function addParameter(
  binding: HttpBinding,
  json: JsonObject,
  fieldPath: readonly string[],
  values: readonly string[],
  from: 'path' | 'query',
): readonly FieldViolation[] {
  const violation = (description: string): FieldViolation[] => [{ field: fieldPath.join('.'), description }];
  const fields = resolveFieldPath(binding.method.input, fieldPath);
  const target = fields?.at(-1);
  if (fields === undefined || target === undefined || (binding.body.kind === 'message' && from === 'query')) {
    return violation(`is an unknown parameter${knownParameters(binding)}`);
  }
  if (from === 'query' && isTaken(binding, fields)) return violation('is given by the path or the body already');
  if (values.length === 0) return [];
  if (values.length > 1 && target.fieldKind !== 'list') return violation('may be given only once');
  try {
    const elements = values.map(value => parameterToJson(target, value));
    const parent = openParent(json, fields.slice(0, -1));
    parent[target.jsonName] = target.fieldKind === 'list' ? elements : (elements[0] as JsonValue);
    return [];
  } catch (error) {
    if (error instanceof ValueFormError) return violation(error.message);
    throw error;
  }
}

function isTaken({ body, method, template }: HttpBinding, fields: readonly DescField[]): boolean {
  if (body.kind === 'field' && fields[0] === body.field) return true;
  return template.variables.some(({ fieldPath }) => {
    const bound = resolveFieldPath(method.input, fieldPath);
    return bound?.length === fields.length && bound.every((field, index) => field === fields[index]);
  });
}

function knownParameters(binding: HttpBinding): string {
  if (binding.body.kind === 'message') return ': everything goes into the body';
  const names = binding.method.input.fields.filter(field => !isTaken(binding, [field])).map(({ name }) => name);
  return names.length === 0 ? ': there are none' : `; there are ${names.join(', ')}`;
}

function openParent(json: JsonObject, fields: readonly DescField[]): JsonObject {
  let parent = json;
  for (const { jsonName } of fields) {
    const found = parent[jsonName];
    // A copy: the body itself stays as its sender wrote it.
    const child = typeof found === 'object' && found !== null && !Array.isArray(found) ? { ...found } : {};
    parent[jsonName] = child;
    parent = child;
  }
  return parent;
}

function readMessage(
  desc: DescMessage,
  json: JsonObject,
  findViolations: (error: unknown) => readonly FieldViolation[],
): Message {
  try {
    return fromJson(desc, json, { registry: anyTypes });
  } catch (error) {
    throw invalidArgument(findViolations(error), error);
  }
}

/** The violations, each with its path in the body as the client sent it. */
function bodyViolations(
  { body: target, method }: HttpBinding,
  body: JsonValue = {},
  error: unknown,
): readonly FieldViolation[] {
  if (target.kind !== 'field') return jsonViolations(method.input, body, error);
  const { name, jsonName, message } = target.field;
  return jsonViolations(message, body, error).map(violation => {
    const isAround =
      violation.field === jsonName && message !== undefined && findField(message, jsonName) === undefined;
    if (!isAround) return violation;
    const description = `is unknown: the body itself is the ${name}, with ${clientFields(message)}`;
    return { field: jsonName, description };
  });
}

import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import type { Plain } from './plain-types.ts';
import { VigieError } from './vigie-error.ts';

const INTEGERS_OF_64_BITS: readonly (ScalarType | undefined)[] = [ScalarType.INT64, ScalarType.UINT64];

/** A message of plain data. @throws VigieError INVALID_ARGUMENT if a field is unknown or of the wrong type */
export function messageOf<D extends DescMessage>(schema: D, fields: object): MessageShape<D> {
  try {
    return fromJson(schema, jsonOf(fields));
  } catch (cause) {
    const { message } = cause as Error;
    throw new VigieError({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', message, cause });
  }
}

/** The plain data of a message; fields that a field mask left out are empty or absent. */
export function plainOf<D extends DescMessage>(schema: D, message: MessageShape<D>): Plain<MessageShape<D>> {
  const json = toJson(schema, message, { alwaysEmitImplicit: true });
  return withNumbers(schema, json as JsonObject) as Plain<MessageShape<D>>;
}

/** Not by `JSON.stringify`: a date that is none would become null, which stands for a filter that isn't there. */
function jsonOf(value: unknown): JsonValue {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(given.map(([name, each]) => [name, jsonOf(each)]));
}

/** Proto3 JSON has strings for 64-bit integers. Those here are sizes, counts and positions: exact as numbers. */
function withNumbers({ fields, typeName }: DescMessage, json: JsonObject): JsonObject {
  if (typeName.startsWith('google.protobuf.')) return json;
  const changed = fields.flatMap(field => {
    const value = json[field.jsonName];
    return value === undefined ? [] : [[field.jsonName, numbersOf(field, value)] as const];
  });
  return { ...json, ...Object.fromEntries(changed) };
}

function numbersOf(field: DescField, value: JsonValue): JsonValue {
  if (field.fieldKind === 'scalar' && INTEGERS_OF_64_BITS.includes(field.scalar)) return Number(value);
  if (field.fieldKind === 'list' && field.listKind === 'message') {
    return (value as JsonObject[]).map(item => withNumbers(field.message, item));
  }
  const isNested = field.fieldKind === 'message' && typeof value === 'object' && value !== null;
  return isNested ? withNumbers(field.message, value as JsonObject) : value;
}

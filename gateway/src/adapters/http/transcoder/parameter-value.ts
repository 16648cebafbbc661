import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { describeJsonError } from '../json-violations.ts';

/** Says which rule a parameter's text breaks. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

const UNIX_SECONDS = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/;
const DURATION_SECONDS = /^-?\d+(\.\d+)?$/;
/** A plus sign that is not percent-encoded is read as a blank. */
const BLANK_OFFSET = / (?=\d\d:\d\d$)/;
const TIMESTAMP_FORMS = 'must be RFC 3339 such as 2025-06-02T13:35:20Z, or Unix seconds';
/** The proto3 JSON of these is one string. */
const STRING_TYPES = ['google.protobuf.FieldMask'];

/**
 * A parameter's text as the proto3 JSON of its field.
 *
 * @throws ParameterError
 */
export function parameterToJson(field: DescField, text: string): JsonValue {
  const value = elementToJson(field, text);
  // Checked on its own, so that an error is about this value and not about the whole message.
  try {
    const json = field.fieldKind === 'list' ? [value] : value;
    fromJson(field.parent, { [field.jsonName]: json });
  } catch (error) {
    throw new ParameterError(describeJsonError(error), { cause: error });
  }
  return value;
}

function elementToJson(field: DescField, text: string): JsonValue {
  if (field.enum !== undefined) return enumToJson(field.enum, text);
  if (field.fieldKind === 'map') throw new ParameterError('is a map, which no parameter can carry');
  if (field.message !== undefined) return messageToJson(field.message, text);
  return scalarToJson(field.scalar, text);
}

function scalarToJson(scalar: ScalarType | undefined, text: string): JsonValue {
  if (scalar !== ScalarType.BOOL) return text;
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw new ParameterError('must be true or false');
}

function enumToJson(desc: DescEnum, text: string): JsonValue {
  if (/^-?\d+$/.test(text)) return Number(text);
  const wanted = text.toUpperCase();
  const value = desc.values.find(({ name }) => name.toUpperCase() === wanted);
  if (value !== undefined) return value.name;
  throw new ParameterError(`must be one of ${desc.values.map(({ name }) => name).join(', ')}`);
}

function messageToJson(desc: DescMessage, text: string): JsonValue {
  if (desc.typeName === 'google.protobuf.Timestamp') return timestampToJson(text);
  if (desc.typeName === 'google.protobuf.Duration') return DURATION_SECONDS.test(text) ? `${text}s` : text;
  if (STRING_TYPES.includes(desc.typeName)) return text;
  const wrapped = wrappedField(desc);
  if (wrapped !== undefined) return elementToJson(wrapped, text);
  const names = desc.fields.map(({ name }) => name).join(', ');
  throw new ParameterError(`is a message; give one of its fields after a dot: ${names}`);
}

/** RFC 3339, or Unix seconds with a fraction as an alert's own timestamp. */
function timestampToJson(text: string): JsonValue {
  const [, seconds, fraction = ''] = UNIX_SECONDS.exec(text) ?? [];
  if (seconds === undefined) {
    const moment = text.replace(BLANK_OFFSET, '+');
    if (Number.isNaN(Date.parse(moment)) || !moment.includes('T')) throw new ParameterError(TIMESTAMP_FORMS);
    return moment;
  }
  // A fraction counts away from zero: -1.5 is a second and a half before the epoch.
  const nanos = BigInt(fraction.padEnd(9, '0')) * (seconds.startsWith('-') ? -1n : 1n);
  const total = BigInt(seconds) * 1_000_000_000n + nanos;
  const below = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const iso = isoString(Number((total - below) / 1_000_000n));
  return iso.replace(/\.000Z$/, `.${String(below).padStart(9, '0')}Z`);
}

function isoString(unixMs: number): string {
  const date = new Date(unixMs);
  // Years of more than four digits have a sign, which proto3 JSON doesn't know.
  const iso = Number.isNaN(date.valueOf()) ? '' : date.toISOString();
  if (!/^\d/.test(iso)) throw new ParameterError('must lie in the years 1 to 9999');
  return iso;
}

/** `value` of `google.protobuf.StringValue` and its like. */
function wrappedField({ typeName, fields: [only, ...others] }: DescMessage): DescField | undefined {
  const isWrapper = typeName.startsWith('google.protobuf.') && typeName.endsWith('Value');
  return isWrapper && only?.name === 'value' && others.length === 0 ? only : undefined;
}

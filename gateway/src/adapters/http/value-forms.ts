import { type DescEnum, type DescField, type DescMessage, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { isNumberText } from '@vigie/alert/wire';

/** Says which rule a value breaks. */
export class ValueFormError extends Error {
  override readonly name = 'ValueFormError';
}

const UNIX_SECONDS = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/;
const DURATION_SECONDS = /^(-?\d{1,12}(?:\.\d+)?)s?$/;
/** A plus sign that is not percent-encoded is read as a blank. */
const BLANK_OFFSET = / (?=\d\d:\d\d$)/;
const DURATION_FORMS = 'must be a duration in seconds such as 5s or 1.5';
const TIMESTAMP_FORMS = 'must be RFC 3339 such as 2025-06-02T13:35:20Z, or Unix seconds';
const NO_NUMBERS: readonly (ScalarType | undefined)[] = [
  ScalarType.STRING,
  ScalarType.BYTES,
  ScalarType.BOOL,
  undefined,
];
const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'];

/**
 * What a text says, as the proto3 JSON of its field or, if that is a list, of an element. A parameter is such a text,
 * and so are the strings of a body: both take the same forms.
 *
 * @throws ValueFormError
 */
export function textToJson(field: DescField, text: string): JsonValue {
  if (field.enum !== undefined) return enumToJson(field.enum, text);
  if (field.fieldKind === 'map') throw new ValueFormError('is a map, which no parameter can carry');
  if (field.message !== undefined) return messageToJson(field.message, text);
  return scalarToJson(field.scalar, text);
}

/** Whether the proto3 JSON of a message is one value, for which other texts are taken too. */
export function hasTextForm(desc: DescMessage): boolean {
  return isMoment(desc) || isSpan(desc) || wrappedField(desc) !== undefined;
}

function scalarToJson(scalar: ScalarType | undefined, text: string): JsonValue {
  if (scalar === ScalarType.BOOL) return boolToJson(text);
  if (NO_NUMBERS.includes(scalar) || isNumberText(text)) return text;
  const mayBeInfinite = scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT;
  if (mayBeInfinite && NOT_FINITE.includes(text)) return text;
  throw new ValueFormError(`must be a number (${ScalarType[scalar as ScalarType].toLowerCase()}), not ${quote(text)}`);
}

function boolToJson(text: string): boolean {
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw new ValueFormError('must be true or false');
}

function enumToJson(desc: DescEnum, text: string): JsonValue {
  if (/^-?\d+$/.test(text)) return Number(text);
  const wanted = text.toUpperCase();
  const value = desc.values.find(({ name }) => name.toUpperCase() === wanted);
  if (value !== undefined) return value.name;
  throw new ValueFormError(`must be one of ${desc.values.map(({ name }) => name).join(', ')}`);
}

function messageToJson(desc: DescMessage, text: string): JsonValue {
  if (isMoment(desc)) return timestampToJson(text);
  if (isSpan(desc)) return durationToJson(text);
  // The names of the proto are taken too, as everywhere.
  if (desc.typeName === 'google.protobuf.FieldMask') return camelCase(text);
  const wrapped = wrappedField(desc);
  if (wrapped !== undefined) return textToJson(wrapped, text);
  const names = desc.fields.map(({ name }) => name).join(', ');
  throw new ValueFormError(`is a message; give one of its fields after a dot: ${names}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isMoment({ typeName }: DescMessage): boolean {
  return typeName === 'google.protobuf.Timestamp';
}

function isSpan({ typeName }: DescMessage): boolean {
  return typeName === 'google.protobuf.Duration';
}

function durationToJson(text: string): JsonValue {
  const [, seconds] = DURATION_SECONDS.exec(text) ?? [];
  if (seconds === undefined) throw new ValueFormError(`${DURATION_FORMS}, not ${quote(text)}`);
  return `${seconds}s`;
}

/** What a message that is written as one value has to be like. */
export function describeTextForm(desc: DescMessage): string {
  if (isMoment(desc)) return TIMESTAMP_FORMS;
  return isSpan(desc) ? DURATION_FORMS : 'must be one value';
}

/** RFC 3339, or Unix seconds with a fraction as an alert's own timestamp. */
function timestampToJson(text: string): JsonValue {
  const [, seconds, fraction = ''] = UNIX_SECONDS.exec(text) ?? [];
  if (seconds === undefined) {
    const moment = text.replace(BLANK_OFFSET, '+');
    if (Number.isNaN(Date.parse(moment)) || !moment.includes('T')) throw new ValueFormError(TIMESTAMP_FORMS);
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
  if (!/^\d/.test(iso)) throw new ValueFormError('must lie in the years 1 to 9999');
  return iso;
}

/** `value` of `google.protobuf.StringValue` and its like. */
function wrappedField({ typeName, fields: [only, ...others] }: DescMessage): DescField | undefined {
  const isWrapper = typeName.startsWith('google.protobuf.') && typeName.endsWith('Value');
  return isWrapper && only?.name === 'value' && others.length === 0 ? only : undefined;
}

const MAX_QUOTED = 40;

/** A value of a request as an error shows it. */
export function quote(json: JsonValue): string {
  const text = JSON.stringify(json);
  return text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
}

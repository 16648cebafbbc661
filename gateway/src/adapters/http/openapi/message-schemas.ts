import { type DescEnum, type DescField, type DescMessage, getOption, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { FieldBehavior, field_behavior } from '@vigie/proto/google/api/field_behavior_pb.ts';
import { StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import type { ProtoComments } from '@vigie/service-kit/grpc';
import { isRequiredField } from '../json-violations.ts';
import { refTo, type Schema, schemaOf } from './json-schema.ts';
import { isRequiredByRules, messageKeywords, ruleKeywords } from './rule-keywords.ts';

/** Requests have what a client sends, answers what it gets. */
export type Direction = 'request' | 'answer';

/** The name of the schema of an error, as the error of an item of a batch has it. */
export const ERROR = 'Error';

const DURATION = { type: 'string', pattern: '^-?\\d{1,12}(\\.\\d+)?s$', examples: ['5s'] };
const MOMENT = { type: 'string', format: 'date-time' };
const FIELD_MASK = { type: 'string', examples: ['uid,status,media.video.codec'] };
const LONG = { type: 'string', pattern: '^-?\\d{1,20}$', format: 'int64' };

/**
 * The JSON of messages as schemas, the components of an OpenAPI document. What a message says in a request and in an
 * answer differs: a client leaves out the OUTPUT_ONLY fields, and answers have all fields that are not optional.
 */
export class MessageSchemas {
  readonly #comments: ProtoComments;
  /** By their names. */
  readonly #components = new Map<string, Schema>();
  /** Those of answers; in a request, a message of the same name gets another one. */
  readonly #answered = new Set<DescMessage>();
  /** Those of which a client may ask for a part. */
  readonly #masked = new Set<DescMessage>();

  /**
   * @param answers the messages that answers consist of
   * @param masked those of them whose fields a `read_mask` may leave out
   */
  constructor(comments: ProtoComments, answers: Iterable<DescMessage>, masked: Iterable<DescMessage>) {
    this.#comments = comments;
    for (const message of answers) addWithParts(this.#answered, message);
    for (const message of masked) addWithParts(this.#masked, message);
  }

  get components(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What a message is: a reference to a component, or a form of its own. */
  of(message: DescMessage, direction: Direction): Schema {
    switch (message.typeName) {
      case 'google.protobuf.Timestamp':
        return MOMENT;
      case 'google.protobuf.Duration':
        return DURATION;
      case 'google.protobuf.FieldMask':
        return FIELD_MASK;
      case StatusSchema.typeName:
        return refTo(ERROR);
      default:
        return refTo(this.#componentOf(message, direction));
    }
  }

  /** What a field of a message is, with its comment. */
  ofField(field: DescField, direction: Direction): Schema {
    const { own, items } = direction === 'request' ? ruleKeywords(field) : { own: {}, items: {} };
    const element = { ...this.#elementOf(field, direction), ...items };
    return schemaOf({
      ...typeOf(field, element),
      ...own,
      description: this.#comments.get(`${field.parent.typeName}.${field.name}`),
    });
  }

  #elementOf({ message, enum: values, scalar }: DescField, direction: Direction): Schema {
    if (message !== undefined) return this.of(message, direction);
    if (values !== undefined) return refTo(this.#componentOfEnum(values));
    return scalarSchema(scalar);
  }

  #componentOf(message: DescMessage, direction: Direction): string {
    const isOther = direction === 'request' && this.#answered.has(message);
    const name = isOther ? `New${titleOf(message)}` : titleOf(message);
    if (this.#components.has(name)) return name;
    // For a message that holds itself.
    this.#components.set(name, {});
    this.#components.set(name, this.#objectOf(message, direction));
    return name;
  }

  #objectOf(message: DescMessage, direction: Direction): Schema {
    const fields = message.fields.filter(field => direction === 'answer' || !isOutputOnly(field));
    const isThere = direction === 'answer' ? isAlwaysThere : isRequired;
    const mayLackAny = direction === 'answer' && this.#masked.has(message);
    const required = (mayLackAny ? [] : fields.filter(isThere)).map(({ jsonName }) => jsonName);
    return schemaOf({
      type: 'object',
      description: this.#comments.get(message.typeName),
      properties: Object.fromEntries(fields.map(field => [field.jsonName, this.ofField(field, direction)])),
      required: required.length > 0 ? required : undefined,
      ...(direction === 'request' ? { additionalProperties: false, ...messageKeywords(message) } : {}),
    });
  }

  #componentOfEnum(values: DescEnum): string {
    const name = titleOf(values);
    // The first one means that none was sent.
    const shown = values.values.filter(({ number }) => number !== 0);
    const meanings = shown.map(each => `- \`${each.name}\`: ${this.#comments.get(`${values.typeName}.${each.name}`)}`);
    const description = [this.#comments.get(values.typeName), meanings.join('\n')].join('\n\n');
    this.#components.set(name, { type: 'string', description, enum: shown.map(each => each.name) });
    return name;
  }
}

/** @param element what an element of a list, a value of a map, or the field itself is */
function typeOf({ fieldKind }: DescField, element: Schema): Schema {
  if (fieldKind === 'list') return { type: 'array', items: element };
  return fieldKind === 'map' ? { type: 'object', additionalProperties: element } : element;
}

function addWithParts(messages: Set<DescMessage>, message: DescMessage): void {
  if (messages.has(message)) return;
  messages.add(message);
  for (const field of message.fields) if (field.message !== undefined) addWithParts(messages, field.message);
}

/** In a request. */
export function isRequired(field: DescField): boolean {
  return isRequiredField(field) || isRequiredByRules(field);
}

function isOutputOnly(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.OUTPUT_ONLY);
}

/** In an answer: those without presence are written also where they are empty. */
function isAlwaysThere({ presence }: DescField): boolean {
  return presence === FeatureSet_FieldPresence.IMPLICIT;
}

/**
 * With the message that it belongs to. `ListAlertsResponse` is what generators of clients call the HTTP response of the
 * operation `listAlerts`.
 */
function titleOf({ parent, name }: DescMessage | DescEnum): string {
  return parent === undefined ? name.replace(/Response$/, 'Result') : `${parent.name}.${name}`;
}

/** https://protobuf.dev/programming-guides/json/ */
function scalarSchema(scalar: ScalarType | undefined): Schema {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number', format: 'double' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: 'integer', format: 'int32', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 };
    default:
      return LONG;
  }
}

import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import {
  type FieldRules,
  field as fieldRules,
  type Int32Rules,
  type MapRules,
  message as messageRules,
  oneof as oneofRules,
  type RepeatedRules,
  type StringRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { type Schema, schemaOf } from './json-schema.ts';

/** What a field has to be like, as far as JSON Schema can say it; the rest is in the field's comment. */
export interface RuleKeywords {
  readonly own: Schema;
  /** Of the elements of a list, or the values of a map. */
  readonly items: Schema;
}

const NO_KEYWORDS: RuleKeywords = { own: {}, items: {} };

/** By the field's `buf.validate` rules. */
export function ruleKeywords(field: DescField): RuleKeywords {
  return hasOption(field, fieldRules) ? keywordsOf(getOption(field, fieldRules)) : NO_KEYWORDS;
}

export function isRequiredByRules(field: DescField): boolean {
  if (!hasOption(field, fieldRules)) return false;
  const { required, type } = getOption(field, fieldRules);
  return required || (type.case === 'repeated' && type.value.minItems > 0n);
}

const IS_GIVEN = /^(?:has\(this\.\w+\)|size\(this\.\w+\) > 0|this\.\w+ != (?:''|0))$/;

/**
 * Of a whole message. That one of several fields has to be given could be said field by field (`anyOf`), of which
 * generators of clients make unions that nobody can use.
 */
export function messageKeywords(message: DescMessage): Schema {
  if (!hasOption(message, messageRules)) return {};
  const { cel } = getOption(message, messageRules);
  const asksForOne = cel.some(({ expression }) => expression.split(' || ').every(each => IS_GIVEN.test(each)));
  return asksForOne ? { minProperties: 1 } : {};
}

/** Whether a request has to have one of the fields of the oneof. */
export function isOneOfRequired({ oneof }: DescField): boolean {
  return oneof !== undefined && hasOption(oneof, oneofRules) && getOption(oneof, oneofRules).required;
}

function keywordsOf(rules: FieldRules): RuleKeywords {
  const texts = rules.cel.map(({ expression }) => textConditions(expression));
  const { type } = rules;
  switch (type.case) {
    case 'string':
      return { own: stringKeywords(type.value, texts), items: {} };
    case 'double':
    case 'int32':
    case 'uint32':
      return { own: numberKeywords(type.value as Int32Rules), items: {} };
    case 'duration':
      return type.value.greaterThan.case === undefined ? NO_KEYWORDS : { own: { not: { pattern: '^-' } }, items: {} };
    case 'repeated':
      return repeatedKeywords(type.value);
    case 'map':
      return mapKeywords(type.value);
    default:
      return NO_KEYWORDS;
  }
}

function repeatedKeywords({ minItems, maxItems, items }: RepeatedRules): RuleKeywords {
  return {
    own: schemaOf({ minItems: positive(minItems), maxItems: positive(maxItems) }),
    items: items === undefined ? {} : keywordsOf(items).own,
  };
}

function mapKeywords({ minPairs, maxPairs, keys, values }: MapRules): RuleKeywords {
  const { examples: names, ...propertyNames } = keys === undefined ? {} : keywordsOf(keys).own;
  const { examples: items, ...additionalProperties } = values === undefined ? {} : keywordsOf(values).own;
  return {
    own: schemaOf({
      minProperties: positive(minPairs),
      maxProperties: positive(maxPairs),
      propertyNames: Object.keys(propertyNames).length > 0 ? propertyNames : undefined,
      examples: exampleOfMap(names, items),
    }),
    items: additionalProperties,
  };
}

/** A map whose one entry is the first example of a key with that of a value. */
function exampleOfMap(names: unknown, items: unknown): readonly object[] | undefined {
  return Array.isArray(names) && Array.isArray(items) ? [{ [names[0]]: items[0] }] : undefined;
}

function numberKeywords({ greaterThan, lessThan, example }: Int32Rules): Schema {
  return schemaOf({
    [greaterThan.case === 'gt' ? 'exclusiveMinimum' : 'minimum']: greaterThan.value,
    [lessThan.case === 'lt' ? 'exclusiveMaximum' : 'maximum']: lessThan.value,
    examples: example.length > 0 ? example : undefined,
  });
}

interface TextConditions {
  readonly patterns: readonly string[];
  readonly forbidden: readonly Schema[];
}

function stringKeywords(rules: StringRules, texts: readonly TextConditions[]): Schema {
  const patterns = [
    ...(rules.prefix === '' ? [] : [`^${RegExp.escape(rules.prefix)}`]),
    ...(rules.pattern === '' ? [] : [rules.pattern]),
    ...texts.flatMap(text => text.patterns),
  ];
  const forbidden = texts.flatMap(text => text.forbidden);
  const [pattern, ...others] = patterns;
  return schemaOf({
    minLength: positive(rules.minLen),
    maxLength: positive(rules.maxLen),
    enum: rules.in.length > 0 ? rules.in : undefined,
    pattern,
    allOf: others.length > 0 ? others.map(each => ({ pattern: each })) : undefined,
    not: forbidden.length > 1 ? { anyOf: forbidden } : forbidden[0],
    examples: rules.example.length > 0 ? rules.example : undefined,
  });
}

const MATCHES = /^(!?)this\.matches\('((?:[^'\\]|\\.)*)'\)$/s;
const UNEQUAL = /^this != '((?:[^'\\]|\\.)*)'$/;

/** The conditions of a CEL expression that are such of JSON Schema too. */
function textConditions(expression: string): TextConditions {
  const [, negation, pattern] = MATCHES.exec(expression) ?? [];
  if (pattern !== undefined) {
    const text = unescapeCel(pattern);
    return negation === '' ? { patterns: [text], forbidden: [] } : { patterns: [], forbidden: [{ pattern: text }] };
  }
  const unequal = expression.split(' && ').map(each => UNEQUAL.exec(each)?.[1]);
  const values = unequal.filter(each => each !== undefined);
  if (values.length < unequal.length) return { patterns: [], forbidden: [] };
  return { patterns: [], forbidden: [{ enum: values.map(unescapeCel) }] };
}

/** The characters that a string literal of CEL escapes. */
function unescapeCel(literal: string): string {
  return literal.replace(/\\(u[0-9a-f]{4}|.)/gi, (_, escaped: string) =>
    escaped.length > 1 ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : escaped,
  );
}

function positive(count: bigint): number | undefined {
  return count > 0n ? Number(count) : undefined;
}

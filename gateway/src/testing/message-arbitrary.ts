import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';

/** Any message of a type, as a service may answer with it. */
export function anyMessage(desc: DescMessage): fc.Arbitrary<Message> {
  return anyJson(desc).map(json => fromJson(desc, json));
}

function anyJson(desc: DescMessage): fc.Arbitrary<JsonObject> {
  if (desc.typeName === 'google.api.HttpBody') return fc.record({ contentType: fc.constant('image/jpeg') });
  const alone = desc.fields.filter(({ oneof }) => oneof === undefined || oneof.fields.length === 1);
  const oneofs = desc.oneofs.filter(({ fields }) => fields.length > 1);
  const members = [
    ...alone.map(field => entryOf(field, field.presence === FeatureSet_FieldPresence.IMPLICIT)),
    ...oneofs.map(({ fields }) => fc.oneof(...fields.map(field => entryOf(field, true)))),
  ];
  return fc.tuple(...members).map(entries => Object.fromEntries(entries.filter(each => each !== undefined)));
}

type Entry = readonly [string, JsonValue];

function entryOf(field: DescField, isThere: boolean): fc.Arbitrary<Entry | undefined> {
  const entry = anyValue(field).map((json): Entry => [field.jsonName, json]);
  return isThere ? entry : fc.option(entry, { nil: undefined });
}

function anyValue(field: DescField): fc.Arbitrary<JsonValue> {
  const one = anyElement(field);
  switch (field.fieldKind) {
    case 'list':
      return fc.array(one, { maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.string({ unit: 'grapheme' }), one, { maxKeys: 2 });
    default:
      return one;
  }
}

function anyElement({ message, enum: values, scalar }: DescField): fc.Arbitrary<JsonValue> {
  if (values !== undefined)
    return fc.constantFrom(...values.values.filter(({ number }) => number > 0).map(({ name }) => name));
  switch (message?.typeName) {
    case undefined:
      return anyScalar(scalar);
    case 'google.protobuf.Timestamp':
      return fc
        .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
        .map(date => date.toISOString());
    case 'google.protobuf.Duration':
      return fc.integer().map(seconds => `${seconds}s`);
    case 'google.rpc.Status':
      return fc.record({ code: fc.integer({ min: 1, max: 16 }), message: fc.string() });
    default:
      return anyJson(message as DescMessage);
  }
}

function anyScalar(scalar: ScalarType | undefined): fc.Arbitrary<JsonValue> {
  switch (scalar) {
    case ScalarType.STRING:
      return fc.string({ unit: 'grapheme' });
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes).toString('base64'));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      // Not -0, whose sign JSON.stringify drops.
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0);
    case ScalarType.INT64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case ScalarType.UINT64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case ScalarType.UINT32:
      return fc.nat(2 ** 32 - 1);
    default:
      return fc.integer();
  }
}

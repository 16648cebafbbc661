import { clone, type DescField, type DescMessage, type Message, type MessageShape } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { invalidArgument } from '@vigie/service-kit/grpc';

/** Leaves of a message what the paths of a field mask name (AIP-157). */
export type ReadMask<S extends DescMessage> = (message: MessageShape<S>) => MessageShape<S>;

/** The fields of a message that are kept; `ALL` of one that a path ends at. */
type KeptFields = Map<DescField, KeptFields | typeof ALL>;
const ALL = 'all';

/**
 * @param mask absent, without paths or with `*`, all is kept
 * @throws ConnectError INVALID_ARGUMENT naming each path that leads to no field
 */
export function readMaskOf<S extends DescMessage>(desc: S, mask: FieldMask | undefined): ReadMask<S> {
  const paths = mask?.paths ?? [];
  if (paths.length === 0 || paths.includes('*')) return message => message;
  const kept: KeptFields = new Map();
  const violations = paths.flatMap(path => {
    const description = keep(desc, path.split('.'), kept);
    return description === undefined ? [] : [{ field: 'read_mask', description: `${path}: ${description}` }];
  });
  if (violations.length > 0) throw invalidArgument(violations);
  return message => {
    const masked = clone(desc, message);
    clearOthers(desc, masked, kept);
    return masked;
  };
}

/** @returns why the path leads to no field */
function keep(desc: DescMessage, [name, ...rest]: readonly string[], kept: KeptFields): string | undefined {
  const field = desc.fields.find(each => each.name === name || each.jsonName === name);
  if (field === undefined) return `there are ${desc.fields.map(each => each.name).join(', ')}`;
  const before = kept.get(field);
  if (rest.length === 0 || before === ALL) {
    kept.set(field, ALL);
    return undefined;
  }
  if (field.fieldKind !== 'message') return `${field.name} has no fields of its own`;
  const within: KeptFields = before ?? new Map();
  kept.set(field, within);
  return keep(field.message, rest, within);
}

function clearOthers(desc: DescMessage, message: Message, kept: KeptFields): void {
  const reflected = reflect(desc, message);
  for (const field of desc.fields) {
    const within = kept.get(field);
    if (within === undefined) reflected.clear(field);
    else if (within !== ALL && field.fieldKind === 'message' && reflected.isSet(field)) {
      clearOthers(field.message, reflected.get(field).message, within);
    }
  }
}

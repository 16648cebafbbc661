import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DescFile, fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  FileDescriptorSetSchema,
  type SourceCodeInfo_Location,
} from '@bufbuild/protobuf/wkt';

/** The comments of what proto files define, by full names: `vigie.alert.v1.Alert.uid`. */
export type ProtoComments = ReadonlyMap<string, string>;

/** The comments of all our proto files, by their names; the generated code holds none. */
export function readCommentLocations(): ReadonlyMap<string, readonly SourceCodeInfo_Location[]> {
  const bytes = readFileSync(fileURLToPath(import.meta.resolve('@vigie/proto/comments.binpb')));
  const { file } = fromBinary(FileDescriptorSetSchema, bytes);
  return new Map(file.map(({ name, sourceCodeInfo }) => [name, sourceCodeInfo?.location ?? []]));
}

/** What stands above whatever these files define, and those that they import. */
export function readProtoComments(roots: Iterable<DescFile>): ProtoComments {
  const locations = readCommentLocations();
  const found = new Map<string, string>();
  const files = new Set(roots);
  // A Set also visits what is added meanwhile.
  for (const { proto, dependencies } of files) {
    for (const file of dependencies) files.add(file);
    const names = namesByPath(proto);
    for (const { path, leadingComments } of locations.get(proto.name) ?? []) {
      const name = names.get(path.join());
      if (name !== undefined && leadingComments !== '') found.set(name, dedent(leadingComments));
    }
  }
  return found;
}

/** `protoc` keeps the blank behind `//`. */
function dedent(comment: string): string {
  return comment.replaceAll(/^ /gm, '').trim();
}

/** Numbers of fields of `google.protobuf.FileDescriptorProto` and of what it holds. */
const FILE = { message: 4, enum: 5, service: 6 };
const MESSAGE = { field: 2, message: 3, enum: 4 };
const ENUM = { value: 2 };
const SERVICE = { method: 2 };

/** Full names by paths of field numbers of `google.protobuf.FileDescriptorProto`, as `SourceCodeInfo` has them. */
function namesByPath(file: DescFile['proto']): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  file.messageType.forEach((message, index) => {
    addMessage(names, message, [FILE.message, index], file.package);
  });
  file.enumType.forEach((each, index) => {
    addEnum(names, each, [FILE.enum, index], file.package);
  });
  file.service.forEach((service, index) => {
    const name = `${file.package}.${service.name}`;
    names.set([FILE.service, index].join(), name);
    service.method.forEach((method, at) => {
      names.set([FILE.service, index, SERVICE.method, at].join(), `${name}.${method.name}`);
    });
  });
  return names;
}

function addMessage(
  names: Map<string, string>,
  message: DescriptorProto,
  path: readonly number[],
  scope: string,
): void {
  const name = `${scope}.${message.name}`;
  names.set(path.join(), name);
  message.field.forEach((field, index) => {
    names.set([...path, MESSAGE.field, index].join(), `${name}.${field.name}`);
  });
  message.nestedType.forEach((nested, index) => {
    addMessage(names, nested, [...path, MESSAGE.message, index], name);
  });
  message.enumType.forEach((each, index) => {
    addEnum(names, each, [...path, MESSAGE.enum, index], name);
  });
}

function addEnum(names: Map<string, string>, each: EnumDescriptorProto, path: readonly number[], scope: string): void {
  const name = `${scope}.${each.name}`;
  names.set(path.join(), name);
  each.value.forEach((value, index) => {
    names.set([...path, ENUM.value, index].join(), `${name}.${value.name}`);
  });
}

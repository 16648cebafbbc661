import {
  clone,
  create,
  createFileRegistry,
  type DescFile,
  type DescMethod,
  type DescService,
  type FileRegistry,
} from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type SourceCodeInfo_Location,
  SourceCodeInfoSchema,
} from '@bufbuild/protobuf/wkt';
import { file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { readCommentLocations } from './proto-comments.ts';

/** A service, and those of its methods that are served here. */
export interface ServedService {
  readonly service: DescService;
  readonly methods: readonly DescMethod[];
}

/** Names by which other servers and clients know files that npm packages keep elsewhere. */
const CANONICAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['health/v1/health.proto', 'grpc/health/v1/health.proto'],
]);

/** Numbers of fields of `google.protobuf.FileDescriptorProto` and `ServiceDescriptorProto`. */
const [SERVICE, METHOD] = [6, 2];

/**
 * The files of the services and all that they import, with their options and comments, without what is not served.
 */
export function describeServed(served: readonly ServedService[]): FileRegistry {
  const methods = new Map(served.map(({ service, methods }) => [service.typeName, methods.map(({ name }) => name)]));
  const comments = readCommentLocations();
  // Error details are named by type only, so no service's file imports them.
  const files = collectFiles([...served.map(({ service }) => service.file), file_google_rpc_error_details]);
  const file = files.map(({ proto }) => describeFile(proto, methods, comments.get(proto.name) ?? []));
  return createFileRegistry(create(FileDescriptorSetSchema, { file }));
}

function describeFile(
  file: FileDescriptorProto,
  methods: ReadonlyMap<string, readonly string[]>,
  comments: readonly SourceCodeInfo_Location[],
): FileDescriptorProto {
  const described = clone(FileDescriptorProtoSchema, file);
  const nameOf = ({ name }: { readonly name: string }) => `${file.package}.${name}`;
  described.name = canonicalName(file.name);
  described.dependency = file.dependency.map(canonicalName);
  described.service = described.service.filter(service => methods.has(nameOf(service)));
  for (const service of described.service) {
    service.method = service.method.filter(({ name }) => methods.get(nameOf(service))?.includes(name));
  }
  const location = comments.flatMap(comment => {
    const path = pathWithin(described, file, comment.path);
    return path === undefined ? [] : [{ ...comment, path }];
  });
  described.sourceCodeInfo = create(SourceCodeInfoSchema, { location });
  return described;
}

/** Where that part of the whole file is in the file without what is not served; undefined if it isn't there. */
function pathWithin(
  served: FileDescriptorProto,
  whole: FileDescriptorProto,
  path: readonly number[],
): number[] | undefined {
  const [kind, index = -1, part, methodIndex = -1, ...rest] = path;
  if (kind !== SERVICE) return [...path];
  const before = whole.service[index];
  const service = served.service.findIndex(({ name }) => name === before?.name);
  if (service < 0) return undefined;
  if (part !== METHOD) return [SERVICE, service, ...path.slice(2)];
  const name = before?.method[methodIndex]?.name;
  const method = served.service[service]?.method.findIndex(each => each.name === name) ?? -1;
  return method < 0 ? undefined : [SERVICE, service, METHOD, method, ...rest];
}

function canonicalName(name: string): string {
  return CANONICAL_NAMES.get(name) ?? name;
}

/** Imported files come before those that import them. */
function collectFiles(roots: readonly DescFile[]): readonly DescFile[] {
  const found = new Set<DescFile>();
  const visit = (file: DescFile): void => {
    if (found.has(file)) return;
    file.dependencies.forEach(visit);
    found.add(file);
  };
  roots.forEach(visit);
  return [...found];
}

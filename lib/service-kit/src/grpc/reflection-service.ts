import {
  clone,
  create,
  createFileRegistry,
  type DescFile,
  type DescMethod,
  type DescService,
  type FileRegistry,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';

/** A service, and those of its methods that are served here. */
export interface ServedService {
  readonly service: DescService;
  readonly methods: readonly DescMethod[];
}

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse'];

/**
 * gRPC server reflection, so that grpcurl can list, describe and call. It describes exactly what is served: a service's
 * other methods are left out. `v1` and `v1alpha` differ only in their names:
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function createReflectionService(served: readonly ServedService[]) {
  const registry = describeServed(served);
  const symbols = indexSymbols(registry);
  const names = served.map(({ service }) => ({ name: service.typeName }));

  function answer({ messageRequest }: ServerReflectionRequest): Response {
    switch (messageRequest.case) {
      case 'listServices':
        return { case: 'listServicesResponse', value: { service: names } };
      case 'fileByFilename':
        return describeFile(registry.getFile(messageRequest.value));
      case 'fileContainingSymbol':
        return describeFile(symbols.get(messageRequest.value));
      case 'fileContainingExtension': {
        const { containingType, extensionNumber } = messageRequest.value;
        const extendee = registry.getMessage(containingType);
        return describeFile(extendee && registry.getExtensionFor(extendee, extensionNumber)?.file);
      }
      case 'allExtensionNumbersOfType':
        return listExtensions(registry, messageRequest.value);
      default:
        return failure(Code.InvalidArgument, 'The request asks for nothing.');
    }
  }

  return {
    async *serverReflectionInfo(requests: AsyncIterable<ServerReflectionRequest>) {
      for await (const request of requests) {
        const { host } = request;
        yield {
          validHost: host,
          originalRequest: { host, messageRequest: request.messageRequest },
          messageResponse: answer(request),
        };
      }
    },
  };
}

/** The files of the services and all that they import, without what is not served. */
function describeServed(served: readonly ServedService[]): FileRegistry {
  const methods = new Map(served.map(({ service, methods }) => [service.typeName, methods.map(({ name }) => name)]));
  // Error details are named by type only, so no service's file imports them.
  const files = collectFiles([...served.map(({ service }) => service.file), file_google_rpc_error_details]);
  const file = files.map(({ proto }) => onlyServed(proto, methods));
  return createFileRegistry(create(FileDescriptorSetSchema, { file }));
}

function onlyServed(file: FileDescriptorProto, methods: ReadonlyMap<string, readonly string[]>): FileDescriptorProto {
  const described = clone(FileDescriptorProtoSchema, file);
  const nameOf = ({ name }: { readonly name: string }) => `${file.package}.${name}`;
  described.service = described.service.filter(service => methods.has(nameOf(service)));
  for (const service of described.service) {
    service.method = service.method.filter(({ name }) => methods.get(nameOf(service))?.includes(name));
  }
  return described;
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

/** The file of each full name: of types, and of their fields, values and methods. */
function indexSymbols(registry: FileRegistry): ReadonlyMap<string, DescFile> {
  const symbols = new Map<string, DescFile>();
  for (const type of registry) {
    const { typeName, file } = type;
    symbols.set(typeName, file);
    switch (type.kind) {
      case 'message':
        for (const { name } of [...type.fields, ...type.oneofs]) symbols.set(`${typeName}.${name}`, file);
        break;
      case 'enum': {
        // As in C++, a value is a sibling of its enum.
        const scope = typeName.slice(0, typeName.lastIndexOf('.') + 1);
        for (const { name } of type.values) symbols.set(`${scope}${name}`, file);
        break;
      }
      case 'service':
        for (const { name } of type.methods) symbols.set(`${typeName}.${name}`, file);
        break;
    }
  }
  return symbols;
}

function describeFile(file: DescFile | undefined): Response {
  if (file === undefined) return failure(Code.NotFound, 'There is no such file or symbol here.');
  const fileDescriptorProto = [toBinary(FileDescriptorProtoSchema, file.proto)];
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function listExtensions(registry: FileRegistry, typeName: string): Response {
  if (registry.getMessage(typeName) === undefined) return failure(Code.NotFound, `There is no ${typeName} here.`);
  const extensionNumber = [...registry].flatMap(type =>
    type.kind === 'extension' && type.extendee.typeName === typeName ? [type.number] : [],
  );
  return { case: 'allExtensionNumbersResponse', value: { baseTypeName: typeName, extensionNumber } };
}

function failure(errorCode: Code, errorMessage: string): Response {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}

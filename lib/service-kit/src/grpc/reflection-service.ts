import {
  type DescFile,
  type DescService,
  type FileRegistry,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
} from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { describeServed, type ServedService } from './reflected-files.ts';

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse'];

/**
 * gRPC server reflection, so that grpcurl can list, describe and call. It describes exactly what is served, itself
 * included: a service's other methods are left out. `v1` and `v1alpha` differ only in their names:
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function createReflectionService(others: readonly ServedService[]) {
  const served = [...others, wholly(ServerReflection), wholly(ServerReflectionAlpha)];
  const names = served.map(({ service }) => ({ name: service.typeName }));
  let described: Described | undefined;

  function answer({ messageRequest }: ServerReflectionRequest): Response {
    // Few servers are ever asked.
    described ??= describe(served);
    const { registry, symbols } = described;
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

interface Described {
  readonly registry: FileRegistry;
  readonly symbols: ReadonlyMap<string, DescFile>;
}

function describe(served: readonly ServedService[]): Described {
  const registry = describeServed(served);
  return { registry, symbols: indexSymbols(registry) };
}

function wholly(service: DescService): ServedService {
  return { service, methods: service.methods };
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

import {
  createRegistry,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { untilAborted } from '@vigie/service-kit/async';

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse'];

/**
 * gRPC server reflection, so that grpcurl can list, describe and call. `v1` and `v1alpha` are the same in all but their
 * names: https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function createReflectionService(services: readonly DescService[], stopping: AbortSignal) {
  // Error details are named by type only, so no service's file imports them.
  const files = collectFiles([...services.map(({ file }) => file), file_google_rpc_error_details]);
  const registry = createRegistry(...files);
  const names = services.map(({ typeName }) => ({ name: typeName }));

  function answer({ messageRequest }: ServerReflectionRequest): Response {
    switch (messageRequest.case) {
      case 'listServices':
        return { case: 'listServicesResponse', value: { service: names } };
      case 'fileByFilename':
        return describeFile(files.find(({ proto }) => proto.name === messageRequest.value));
      case 'fileContainingSymbol':
        return describeFile(findSymbol(registry, messageRequest.value));
      case 'fileContainingExtension': {
        const { containingType, extensionNumber } = messageRequest.value;
        const extendee = registry.getMessage(containingType);
        return describeFile(extendee && registry.getExtensionFor(extendee, extensionNumber)?.file);
      }
      case 'allExtensionNumbersOfType':
        return listExtensions(registry, messageRequest.value);
      default:
        return fault(Code.InvalidArgument, 'The request asks for nothing.');
    }
  }

  return {
    async *serverReflectionInfo(requests: AsyncIterable<ServerReflectionRequest>) {
      for await (const request of untilAborted(requests, stopping).items) {
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

function collectFiles(roots: readonly DescFile[]): readonly DescFile[] {
  const found = new Set<DescFile>();
  const visit = (file: DescFile): void => {
    if (found.has(file)) return;
    found.add(file);
    file.dependencies.forEach(visit);
  };
  roots.forEach(visit);
  return [...found];
}

/** The file that defines a type, or one of its fields, values or methods. */
function findSymbol(registry: Registry, name: string): DescFile | undefined {
  const parent = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  return (registry.get(name) ?? registry.get(parent))?.file;
}

function describeFile(file: DescFile | undefined): Response {
  if (file === undefined) return fault(Code.NotFound, 'There is no such file or symbol here.');
  const fileDescriptorProto = [toBinary(FileDescriptorProtoSchema, file.proto)];
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function listExtensions(registry: Registry, typeName: string): Response {
  if (registry.getMessage(typeName) === undefined) return fault(Code.NotFound, `There is no ${typeName} here.`);
  const extensions = [...registry].filter(type => type.kind === 'extension' && type.extendee.typeName === typeName);
  const extensionNumber = extensions.map(type => (type.kind === 'extension' ? type.number : 0));
  return { case: 'allExtensionNumbersResponse', value: { baseTypeName: typeName, extensionNumber } };
}

function fault(errorCode: Code, errorMessage: string): Response {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}

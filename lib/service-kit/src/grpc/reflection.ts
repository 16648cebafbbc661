import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Health } from '@vigie/proto/health/v1/health_pb.ts';

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/** Adds gRPC server reflection (v1 and v1alpha), so that grpcurl can list, describe and call. */
export function addReflection(server: Server, services: readonly DescService[]): void {
  const reflected = [...services, Health];
  // Error details are named by type only, so no service's file imports them.
  const files = collectFiles([...reflected.map(({ file }) => file), file_google_rpc_error_details]);
  const descriptors = {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos: files.map(({ proto }) => Buffer.from(toBinary(FileDescriptorProtoSchema, proto))),
  };
  new ReflectionService({ vigie: descriptors } as unknown as PackageDefinition, {
    services: reflected.map(({ typeName }) => typeName),
  }).addToServer(server);
}

function collectFiles(roots: readonly DescFile[]): DescFile[] {
  const found = new Map<string, DescFile>();
  const visit = (file: DescFile): void => {
    if (found.has(file.name)) return;
    found.set(file.name, file);
    file.dependencies.forEach(visit);
  };
  roots.forEach(visit);
  return [...found.values()];
}
